// A rebuild that has caught up: how its documents differ from the served ones, and the decision between the two.
import { useMutation, useQuery } from 'urql';
import {
  AbandonRebuildDocument,
  RebuildDiffDocument,
  SwitchProjectionDocument,
  type RebuildDiffQuery,
} from '../../generated/graphql.js';
import { Actions, Button, Notice } from '../../../shared/ui/ui.js';
import { Json } from '../../ui/json.js';
import { countText, Mono, Muted, Panel, Table, WhenLoaded, type Column } from '../../ui/parts.js';
import { ReasonDialog } from '../../ui/reason-dialog.js';

type Diff = RebuildDiffQuery['rebuildDiff'];
type Sample = Diff['samples'][number];

type Props = { readonly name: string; readonly rebuilt: boolean; readonly onDone: (text: string) => void };

/** `rebuilt`: the rebuild has caught up; before that it can only be abandoned. */
export function HeldRebuild({ name, rebuilt, onDone }: Props) {
  return (
    <Panel
      title={`Rebuild of ${name}`}
      padded
      actions={
        <Actions>
          {rebuilt && <Switch name={name} onDone={onDone} />}
          <Abandon name={name} onDone={onDone} />
        </Actions>
      }
    >
      {rebuilt ? (
        <Difference name={name} />
      ) : (
        <p role="status">It is being built. What it changes is shown here once it has caught up.</p>
      )}
    </Panel>
  );
}

type DoneProps = Pick<Props, 'name' | 'onDone'>;

function Switch({ name, onDone }: DoneProps) {
  const [, switchOver] = useMutation(SwitchProjectionDocument);
  return (
    <ReasonDialog
      label="Switch"
      title={`Serve the rebuild of ${name}?`}
      explain="Queries read the rebuilt documents from now on. The old ones are dropped."
      act={async (reason) => {
        const { data, error } = await switchOver({ name, reason });
        if (data?.switchProjection.held === true) onDone(later);
        else if (error === undefined) onDone(`${name} is served from its rebuild.`);
        return said(error);
      }}
    />
  );
}

function Abandon({ name, onDone }: DoneProps) {
  const [, abandon] = useMutation(AbandonRebuildDocument);
  return (
    <ReasonDialog
      label="Abandon"
      kind="danger"
      title={`Abandon the rebuild of ${name}?`}
      explain="The rebuilt documents are dropped. Queries read the old ones, as they do now."
      act={async (reason) => {
        const { data, error } = await abandon({ name, reason });
        if (data?.abandonRebuild.held === true) onDone(later);
        else if (error === undefined) onDone(`The rebuild of ${name} was abandoned.`);
        return said(error);
      }}
    />
  );
}

/** In a cluster a request waits in the log until a process has the projections. */
const later = 'This is asked for, and happens as soon as the projections take it up.';

export const said = (error: { readonly message: string } | undefined): string | null =>
  error === undefined ? null : error.message.replace('[GraphQL] ', '');

function Difference({ name }: { readonly name: string }) {
  const [result, look] = useQuery({
    query: RebuildDiffDocument,
    variables: { name },
    requestPolicy: 'network-only',
  });
  const again = (): void => {
    look({ requestPolicy: 'network-only' });
  };
  return (
    <WhenLoaded result={result} again={again}>
      {({ rebuildDiff }) => (
        <>
          <Counts diff={rebuildDiff} />
          {rebuildDiff.samples.length > 0 && (
            <Table
              label={`Documents of ${name} that differ`}
              rows={rebuildDiff.samples}
              keyOf={({ collection, id }) => `${collection} ${id}`}
              columns={columns}
              total={differing(rebuildDiff)}
            />
          )}
          <Button onClick={again} busy={result.fetching}>
            Compare again
          </Button>
        </>
      )}
    </WhenLoaded>
  );
}

const differing = ({ changed, onlyServed, onlyRebuilt }: Diff): number => changed + onlyServed + onlyRebuilt;

function Counts({ diff }: { readonly diff: Diff }) {
  const { compared, same, changed, onlyServed, onlyRebuilt, servedCount, rebuiltCount } = diff;
  const differ = differing(diff);
  return (
    <div role="status">
      <Notice
        kind={differ === 0 ? 'good' : 'warn'}
        title={
          differ === 0
            ? 'No document of the sample differs.'
            : `${countText(differ)} of ${countText(compared)} documents differ.`
        }
      >
        <p>
          {countText(same)} same, {countText(changed)} changed, {countText(onlyServed)} only in the old,{' '}
          {countText(onlyRebuilt)} only in the new. The old has {countText(servedCount)} documents, the new{' '}
          {countText(rebuiltCount)}; {countText(compared)} were compared, at position{' '}
          <Mono>{diff.position ?? '–'}</Mono>.
        </p>
        {diff.position !== diff.rebuiltPosition && (
          <p>
            The new one was read at position <Mono>{diff.rebuiltPosition ?? '–'}</Mono>: events between the
            two show up as differences. Compare again.
          </p>
        )}
      </Notice>
    </div>
  );
}

const columns: readonly Column<Sample>[] = [
  {
    name: 'Document',
    cell: ({ collection, id }) => (
      <>
        <Mono>{id}</Mono> <Muted>{collection}</Muted>
      </>
    ),
  },
  { name: 'Served', cell: ({ served }) => <Side document={served} /> },
  { name: 'Rebuilt', cell: ({ rebuilt }) => <Side document={rebuilt} /> },
];

const Side = ({ document }: { readonly document: unknown }) =>
  document === null ? <Muted>not there</Muted> : <Json value={document} />;
