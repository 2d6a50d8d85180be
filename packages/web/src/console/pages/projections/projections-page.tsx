// The read models: how far each is, and building one anew while the old one is served.
import { useEffect } from 'react';
import { useMutation, useQuery } from 'urql';
import { ProjectionsDocument, RebuildDocument, type ProjectionsQuery } from '../../generated/graphql.js';
import { Button } from '../../../shared/ui/ui.js';
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

type Projection = ProjectionsQuery['projections'][number];

const lookMs = 2_000;

export function ProjectionsPage() {
  const [result, again] = useQuery({ query: ProjectionsDocument, requestPolicy: 'network-only' });
  const [, rebuild] = useMutation(RebuildDocument);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') again({ requestPolicy: 'network-only' });
    }, lookMs);
    return () => {
      clearInterval(timer);
    };
  }, [again]);
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
    {
      name: 'Act',
      cell: ({ name, state }) => (
        <Button
          busy={state === 'REBUILDING'}
          onClick={() => {
            void rebuild({ name }).then(() => {
              again({ requestPolicy: 'network-only' });
            });
          }}
        >
          Rebuild
        </Button>
      ),
    },
  ];
  return (
    <Page title="Projections">
      <Panel>
        <WhenLoaded
          result={result}
          again={() => {
            again({ requestPolicy: 'network-only' });
          }}
        >
          {({ projections }) => (
            <Table label="Projections" rows={projections} keyOf={({ name }) => name} columns={columns} />
          )}
        </WhenLoaded>
      </Panel>
    </Page>
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
