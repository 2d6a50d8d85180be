// Parked events, grouped by cause. An action hits exactly the events that are shown: a preview freezes the set.
import { useState } from 'react';
import { useMutation, useSubscription } from 'urql';
import { DiscardParkedDocument, EventParkedDocument } from '../../generated/graphql.js';
import { Button, Chip, Notice } from '../../../shared/ui/ui.js';
import { parkedSearch } from '../../search.js';
import { EventList } from '../../ui/event-list.js';
import { Typed } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import { countText, Muted, Nothing, Page, Panel, Time, Toolbar, WhenLoaded } from '../../ui/parts.js';
import { problemOf, ReasonDialog } from '../../ui/reason-dialog.js';
import { BulkRetry } from './bulk-retry.js';
import { DryRun } from './dry-run.js';
import { groupsOf, type Group } from './groups.js';
import styles from './parked-page.module.css';
import { useParked, type AllParked } from './use-parked.js';

/** Events of a group that are listed; its actions hit all. */
const listed = 50;

const without = (ids: ReadonlySet<string>, { nodes, total }: AllParked): AllParked => {
  const left = nodes.filter(({ id }) => !ids.has(id));
  return { nodes: left, total: total - (nodes.length - left.length) };
};

export function ParkedPage() {
  const [{ consumer }, set] = useFilters('/parked', parkedSearch);
  const [loaded, reload] = useParked(consumer);
  const [{ data: parked }] = useSubscription({ query: EventParkedDocument });
  const latest = parked?.eventParked.id;
  const [seen, setSeen] = useState(latest);
  const [done, setDone] = useState<string | null>(null);
  // The read model may still have them when the page asks again.
  const [discarded, setDiscarded] = useState<ReadonlySet<string>>(new Set());
  const result = loaded.data === undefined ? loaded : { data: without(discarded, loaded.data) };
  const again = (): void => {
    setSeen(latest);
    reload();
  };
  return (
    <Page title="Parked events">
      <Toolbar>
        <Typed
          label="Consumer"
          placeholder="process-checkout"
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
          {({ nodes, total }) =>
            nodes.length === 0 ? (
              <Nothing title="Nothing is parked.">
                <p>Every consumer has handled every event.</p>
              </Nothing>
            ) : (
              <>
                {nodes.length < total && (
                  <p className={styles.actions}>
                    The first {countText(nodes.length)} of {countText(total)}.
                  </p>
                )}
                {groupsOf(nodes).map((group) => (
                  <Cause
                    key={group.key}
                    group={group}
                    onDone={(ids) => {
                      setDone(`${countText(ids.length)} were discarded.`);
                      setDiscarded(new Set([...discarded, ...ids]));
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

function Cause({
  group,
  onDone,
}: {
  readonly group: Group;
  readonly onDone: (ids: readonly string[]) => void;
}) {
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
      <div className={styles.actions}>
        <BulkRetry ids={ids} />
        <DryRun id={ids[0] ?? ''} />
        <Discard ids={ids} onDone={onDone} />
      </div>
      {stack !== null && (
        <pre className={styles.stack} tabIndex={0}>
          {stack}
        </pre>
      )}
      <EventList events={events.slice(0, listed).map(({ event }) => event)} label={cause} />
      {events.length > listed && (
        <p className={styles.actions}>
          <Muted>and {countText(events.length - listed)} more</Muted>
        </p>
      )}
    </details>
  );
}

type DiscardProps = { readonly ids: readonly string[]; readonly onDone: (ids: readonly string[]) => void };

function Discard({ ids, onDone }: DiscardProps) {
  const [, discard] = useMutation(DiscardParkedDocument);
  return (
    <ReasonDialog
      label="Discard"
      kind="danger"
      title={`Give up on ${ids.length === 1 ? 'this event' : `these ${ids.length} events`}?`}
      explain="The consumer never handles them. They stay in the log."
      act={async (reason) => {
        const { data, error } = await discard({ selection: { ids, reason } });
        const failed = problemOf('ParkedSuccess', data?.discardParkedEvents, error);
        if (failed === null) onDone(ids);
        return failed;
      }}
    />
  );
}
