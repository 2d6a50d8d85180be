// The growing log. It can pause, and then shows the number of new events; ten thousand rows scroll as smoothly as ten.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { EventFragment } from '../../generated/graphql.js';
import { Button } from '../../../shared/ui/ui.js';
import { EventBody } from '../../ui/event-list.js';
import { Toolbar, countText, Mono, Nothing, Page, Panel, Time } from '../../ui/parts.js';
import { Typed } from '../../ui/filters.js';
import { useEvents } from '../../ui/use-events.js';
import { useHotkey } from '../../ui/hotkeys.js';
import { useFilters } from '../../ui/link.js';
import { tailSearch } from '../../search.js';
import { arrived, emptyTail, matches, pausedTail, resumedTail, type Tail } from './live-tail.js';
import styles from './tail-page.module.css';

type Action =
  { readonly do: 'pause' | 'resume' } | { readonly do: 'add'; readonly events: readonly EventFragment[] };

const reduce = (tail: Tail, action: Action): Tail => {
  switch (action.do) {
    case 'pause':
      return pausedTail(tail);
    case 'resume':
      return resumedTail(tail);
    case 'add':
      return arrived(tail, action.events);
  }
};

const allStreams = '$all';

export function TailPage() {
  const [search, set] = useFilters('/tail', tailSearch);
  const stream = search.stream ?? allStreams;
  return (
    <Page title={stream === allStreams ? 'Live tail' : `Live: ${stream}`}>
      <Toolbar>
        <Typed
          label="Stream"
          placeholder={allStreams}
          value={search.stream}
          onChange={(value) => {
            set('stream', value);
          }}
        />
        <Typed
          label="Only with"
          placeholder="type, stream or data"
          value={search.match}
          onChange={(value) => {
            set('match', value);
          }}
        />
      </Toolbar>
      <LiveTail key={stream} stream={stream} match={search.match ?? ''} />
    </Page>
  );
}

function LiveTail({ stream, match }: { readonly stream: string; readonly match: string }) {
  const [tail, act] = useReducer(reduce, emptyTail);
  const came = useRef<EventFragment[]>([]);
  useEvents(stream, (event) => {
    came.current.push(event);
  });
  // Once a frame at most, however fast they come.
  useEffect(() => {
    let frame = requestAnimationFrame(function take() {
      const events = came.current;
      if (events.length > 0) {
        came.current = [];
        act({ do: 'add', events });
      }
      frame = requestAnimationFrame(take);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, []);
  const toggle = (): void => {
    act({ do: tail.paused ? 'resume' : 'pause' });
  };
  useHotkey(' ', toggle);
  const rows = useMemo(() => tail.shown.filter((event) => matches(event, match)), [tail.shown, match]);
  const waiting = tail.waiting.filter((event) => matches(event, match)).length;
  return (
    <>
      <div className={styles.state}>
        <Button onClick={toggle} aria-keyshortcuts="Space">
          {tail.paused ? 'Go on' : 'Pause'}
        </Button>
        <span role="status">
          {tail.paused ? (
            <Button kind="link" onClick={toggle}>
              {countText(waiting)} new
            </Button>
          ) : (
            `${countText(rows.length)} events`
          )}
        </span>
      </div>
      <Panel>
        {rows.length === 0 ? (
          <Nothing title="Waiting for events …" />
        ) : (
          <Rows
            rows={rows}
            onOpen={() => {
              act({ do: 'pause' });
            }}
          />
        )}
      </Panel>
    </>
  );
}

const rowHeight = 30.4;

export function Rows({
  rows,
  onOpen,
}: {
  readonly rows: readonly EventFragment[];
  readonly onOpen: () => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<EventFragment | null>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  return (
    <>
      <div
        ref={scroller}
        className={styles.scroller}
        role="table"
        aria-label="Events"
        aria-rowcount={rows.length}
        tabIndex={0}
      >
        <div role="rowgroup" className={styles.inner} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const event = rows[index];
            if (event === undefined) return null;
            return (
              <Row
                key={event.id}
                event={event}
                index={index}
                start={start}
                isOpen={opened?.id === event.id}
                onOpen={() => {
                  setOpened(event);
                  onOpen();
                }}
              />
            );
          })}
        </div>
      </div>
      {opened !== null && (
        <div className={styles.opened}>
          <EventBody event={opened} />
        </div>
      )}
    </>
  );
}

type RowProps = {
  readonly event: EventFragment;
  readonly index: number;
  readonly start: number;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
};

const Row = ({ event, index, start, isOpen, onOpen }: RowProps) => (
  <div
    role="row"
    aria-rowindex={index + 1}
    className={styles.row}
    style={{ transform: `translateY(${start}px)` }}
    onClick={onOpen}
  >
    <span role="cell">
      <Time at={event.createdAt} />
    </span>
    <span role="cell" className={styles.type}>
      <Button kind="link" aria-expanded={isOpen} onClick={onOpen}>
        {event.type}
      </Button>
    </span>
    <span role="cell" className={styles.stream}>
      <Mono>{event.stream}</Mono>
    </span>
    <span role="cell" className={styles.stream}>
      <Mono>{event.revision}</Mono>
    </span>
  </div>
);
