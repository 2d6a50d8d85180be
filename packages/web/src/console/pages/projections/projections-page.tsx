// The read models with their progress. One can be built anew while the old one is served, and is compared with the old one
// before it takes its place.
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { ProjectionsDocument, RebuildDocument, type ProjectionsQuery } from '../../generated/graphql.js';
import { Notice } from '../../../shared/ui/ui.js';
import {
  countText,
  durationText,
  Mono,
  Muted,
  Page,
  Panel,
  Status,
  styles,
  Table,
  WhenLoaded,
  type Column,
} from '../../ui/parts.js';
import { ReasonDialog } from '../../ui/reason-dialog.js';
import { useLook } from '../../ui/use-look.js';
import { BridgePanel } from './bridge-panel.js';
import { HeldRebuild, said } from './rebuild-diff.js';

type Projection = ProjectionsQuery['projections'][number];

const lookMs = 2_000;

const columns: readonly Column<Projection>[] = [
  { name: 'Read model', cell: ({ name }) => <Mono>{name}</Mono> },
  { name: 'State', cell: ({ state }) => <Status of={state} /> },
  { name: 'Version', number: true, cell: ({ version }) => version },
  { name: 'Position', number: true, cell: ({ position }) => <Mono>{position}</Mono> },
  {
    name: 'Behind',
    number: true,
    cell: ({ caughtUp, lagEvents }) => (caughtUp ? '0' : lagEvents === null ? 'yes' : countText(lagEvents)),
  },
  { name: 'Lag', number: true, cell: ({ lagMs }) => durationText(lagMs) },
  { name: 'Progress', cell: ({ progress }) => progress !== null && <Progress part={progress} /> },
  { name: 'Last error', cell: ({ lastError }) => <Muted>{lastError}</Muted> },
];

export function ProjectionsPage() {
  const [result, again] = useQuery({ query: ProjectionsDocument, requestPolicy: 'network-only' });
  const [done, setDone] = useState<string | null>(null);
  const reload = (): void => {
    again({ requestPolicy: 'network-only' });
  };
  useLook(again, lookMs);
  const act: Column<Projection> = {
    name: 'Act',
    cell: (projection) => (
      <Rebuild
        of={projection}
        onAsked={() => {
          setDone(null);
          reload();
        }}
      />
    ),
  };
  return (
    <Page title="Projections">
      <div role="status">{done !== null && <Notice kind="good">{done}</Notice>}</div>
      <Panel>
        <WhenLoaded result={result} again={reload}>
          {({ projections }) => (
            <Table
              label="Projections"
              rows={projections}
              keyOf={({ name }) => name}
              columns={[...columns, act]}
            />
          )}
        </WhenLoaded>
      </Panel>
      {result.data?.projections
        .filter(({ held }) => held)
        .map(({ name, state }) => (
          <HeldRebuild
            key={name}
            name={name}
            rebuilt={state === 'REBUILT'}
            onDone={(text) => {
              setDone(text);
              reload();
            }}
          />
        ))}
      <BridgePanel everyMs={lookMs} />
    </Page>
  );
}

type RebuildProps = { readonly of: Projection; readonly onAsked: () => void };

function Rebuild({ of: { name, progress }, onAsked }: RebuildProps) {
  const [, rebuild] = useMutation(RebuildDocument);
  return (
    <ReasonDialog
      label="Rebuild"
      title={`Build ${name} anew?`}
      explain="Queries read the old documents until you have looked at the difference and switch."
      disabled={progress !== null}
      act={async (reason) => {
        const { error } = await rebuild({ name, reason });
        if (error === undefined) onAsked();
        return said(error);
      }}
    />
  );
}

const Progress = ({ part }: { readonly part: number }) => (
  <div
    className={styles.bar}
    role="progressbar"
    aria-label="Rebuild"
    aria-valuenow={Math.round(part * 100)}
    aria-valuemin={0}
    aria-valuemax={100}
  >
    <span style={{ width: `${part * 100}%` }} />
  </div>
);
