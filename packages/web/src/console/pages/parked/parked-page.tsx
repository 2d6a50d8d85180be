// Parked events, grouped by cause. An action hits exactly the events that are shown: their ids are what is sent.
import { useEffect, useState } from 'react';
import { useClient, useMutation, useQuery, useSubscription } from 'urql';
import {
  DiscardParkedDocument,
  EventParkedDocument,
  ParkedDocument,
  RetryParkedDocument,
} from '../../generated/graphql.js';
import { Button, Notice } from '../../../shared/ui/ui.js';
import { parkedSearch } from '../../search.js';
import { EventList } from '../../ui/event-list.js';
import { Typed } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import { Chip } from '../../../shared/ui/ui.js';
import { countText, Muted, Nothing, Page, Panel, Time, Toolbar, WhenLoaded } from '../../ui/parts.js';
import { problemOf, ReasonDialog } from '../../ui/reason-dialog.js';
import { groupsOf, type Group } from './groups.js';
import styles from './parked-page.module.css';

export function ParkedPage() {
  const [{ consumer }, set] = useFilters('/parked', parkedSearch);
  const [result, reload] = useQuery({
    query: ParkedDocument,
    variables: { consumer: consumer ?? null, after: null },
    requestPolicy: 'network-only',
  });
  const [{ data: parked }] = useSubscription({ query: EventParkedDocument });
  const latest = parked?.eventParked.id;
  const [seen, setSeen] = useState(latest);
  const [done, setDone] = useState<string | null>(null);
  const again = (): void => {
    setSeen(latest);
    reload({ requestPolicy: 'network-only' });
  };
  return (
    <Page title="Parked events">
      <Toolbar>
        <Typed
          label="Consumer"
          placeholder="checkout"
          value={consumer}
          onChange={(value) => {
            set('consumer', value);
          }}
        />
      </Toolbar>
      <div role="status">
        {done !== null && <Notice kind="good">{done}</Notice>}
        {latest !== seen && (
          <Button kind="link" onClick={again}>
            More were parked – show
          </Button>
        )}
      </div>
      <Panel>
        <WhenLoaded result={result} again={again}>
          {({ parkedEvents: { nodes, totalCount } }) =>
            nodes.length === 0 ? (
              <Nothing title="Nothing is parked.">
                <p>Every consumer has handled every event.</p>
              </Nothing>
            ) : (
              <>
                {nodes.length < totalCount && (
                  <p className={styles.actions}>
                    The first {countText(nodes.length)} of {countText(totalCount)}.
                  </p>
                )}
                {groupsOf(nodes).map((group) => (
                  <Cause
                    key={group.key}
                    group={group}
                    onDone={(text) => {
                      setDone(text);
                      again();
                    }}
                  />
                ))}
              </>
            )
          }
        </WhenLoaded>
      </Panel>
    </Page>
  );
}

/** How many are tried first. */
const canary = 1;

function Cause({ group, onDone }: { readonly group: Group; readonly onDone: (text: string) => void }) {
  const { consumer, cause, events } = group;
  const ids = events.map(({ id }) => id);
  const stack = events[0]?.stack ?? null;
  return (
    <details className={styles.group} open>
      <summary>
        <Chip tone="bad">{countText(events.length)}</Chip>
        <span className={styles.cause}>{cause}</span>
        <Muted>
          {consumer}, since <Time at={events.at(-1)?.parkedAt ?? ''} />
        </Muted>
      </summary>
      <GroupActions ids={ids} onDone={onDone} />
      {stack !== null && (
        <pre className={styles.stack} tabIndex={0}>
          {stack}
        </pre>
      )}
      <EventList events={events.map(({ event }) => event)} label={cause} />
    </details>
  );
}

function GroupActions({
  ids,
  onDone,
}: {
  readonly ids: readonly string[];
  readonly onDone: (text: string) => void;
}) {
  const client = useClient();
  const [, discard] = useMutation(DiscardParkedDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const [count, setCount] = useState<number | null>(null);
  useEffect(() => {
    setCount(null);
  }, [ids.length]);

  /** A dry run says how many of the shown are still parked; the retry goes on only when all of them are. */
  const retry = async (chosen: readonly string[]): Promise<void> => {
    setProblem(null);
    const send = (dryRun: boolean) =>
      client.mutation(RetryParkedDocument, { selection: { ids: [...chosen], dryRun } }).toPromise();
    const looked = await send(true);
    const found = looked.data?.retryParkedEvents;
    if (found?.__typename !== 'ParkedSuccess' || found.count !== chosen.length) {
      setCount(found?.__typename === 'ParkedSuccess' ? found.count : 0);
      setProblem(
        problemOf('ParkedSuccess', found, looked.error) ?? 'The set has changed meanwhile: look again.',
      );
      return;
    }
    const { data, error } = await send(false);
    const failed = problemOf('ParkedSuccess', data?.retryParkedEvents, error);
    if (failed === null) onDone(`${countText(chosen.length)} will be tried again.`);
    else setProblem(failed);
  };

  return (
    <div className={styles.actions}>
      {ids.length > canary && <Button onClick={() => void retry(ids.slice(0, canary))}>Retry 1 first</Button>}
      <Button onClick={() => void retry(ids)}>Retry {ids.length === 1 ? 'it' : `all ${ids.length}`}</Button>
      <ReasonDialog
        label="Discard"
        kind="danger"
        title={`Give up on ${ids.length === 1 ? 'this event' : `these ${ids.length} events`}?`}
        explain="The consumer never handles them. They stay in the log."
        act={async (reason) => {
          const { data, error } = await discard({ selection: { ids, reason } });
          const failed = problemOf('ParkedSuccess', data?.discardParkedEvents, error);
          if (failed === null) onDone(`${countText(ids.length)} were discarded.`);
          return failed;
        }}
      />
      {problem !== null && (
        <span role="alert">
          {problem} {count !== null && <Muted>({count} of them are parked.)</Muted>}
        </span>
      )}
    </div>
  );
}
