// Events as they are stored: a line each, the whole of one when it is opened, with links to its stream, its request and its
// cause.
import { useSessionState } from '../../shared/api/provider.js';
import type { EventFragment } from '../generated/graphql.js';
import { hasRole } from '../navigation.js';
import { CopyTest } from './copy-test.js';
import styles from './event-list.module.css';
import { Json } from './json.js';
import { Link } from './link.js';
import { authorOf, reasonOf } from './author.js';
import { Actor, Mono, Muted, StreamLink, Time } from './parts.js';

type Props = {
  readonly events: readonly EventFragment[];
  readonly label: string;
  /** The one to open at first. */
  readonly opened?: string | undefined;
};

export const EventList = ({ events, label, opened }: Props) => (
  <div className={styles.list} role="list" aria-label={label}>
    {events.map((event) => (
      <details key={event.id} className={styles.event} role="listitem" open={event.id === opened}>
        <summary>
          <Time at={event.createdAt} />
          <span className={styles.type}>{event.type}</span>
          <span className={styles.stream}>
            <Mono>{event.stream}</Mono>
          </span>
          <Muted>
            <Mono>{event.revision}</Mono>
          </Muted>
          <Author event={event} />
        </summary>
        <EventBody event={event} />
      </details>
    ))}
  </div>
);

function Author({ event }: { readonly event: EventFragment }) {
  const author = authorOf(event);
  if (author === null) return null;
  const reason = reasonOf(event);
  return (
    <span className={styles.author}>
      <Actor of={author} />
      {reason !== null && `: ${reason}`}
    </span>
  );
}

export const EventBody = ({ event }: { readonly event: EventFragment }) => (
  <div className={styles.body}>
    <div className={styles.links}>
      <span>
        Stream <StreamLink name={event.stream} />
      </span>
      <span>
        Position <Mono>{event.position}</Mono>
      </span>
      <span>
        Shape <Mono>v{event.schemaVersion}</Mono>
      </span>
      {event.correlationId !== null && (
        <Link to="/requests/$id" params={{ id: event.correlationId }} search={{ event: event.id }}>
          Everything from this request
        </Link>
      )}
      {event.links.map(({ name, url }) => (
        <a key={name} href={url} target="_blank" rel="noreferrer">
          {name}
        </a>
      ))}
      <ForOperators event={event} />
    </div>
    <Json value={event.data} />
    <Json value={event.metadata} />
  </div>
);

/** The causes of an event, and a copy as a test, for operators. Readers of a single order see neither. */
function ForOperators({ event: { id, position } }: { readonly event: EventFragment }) {
  const state = useSessionState();
  if (state.status !== 'signed-in' || !hasRole(state.person.roles, ['OPERATOR'])) return null;
  return (
    <>
      <Link to="/causes/$id" params={{ id }} search={{ position }}>
        Causes and effects
      </Link>
      <CopyTest eventId={id} position={position} />
    </>
  );
}
