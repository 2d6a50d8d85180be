// The actions of staff: one entry for each event that a member of staff caused. Made from the events themselves, so
// that no action is missing and none can be removed. A refused attempt appends no event and has no entry.
import { checkoutCategory } from '@holdfast/checkout';
import { policyCategories } from '@holdfast/choreography';
import { fulfilmentCategory } from '@holdfast/fulfilment';
import {
  parkedStream,
  streamCategory,
  streamId,
  streamName,
  type Document,
  type Position,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';

/** `id` is `stream:revision` of the event. */
export type AuditEntry = Document & {
  /** `staff:<account id>`, or `operator:<name>` for the command line */
  readonly actor: string;
  /** the type of the event */
  readonly action: string;
  /** the stream of the event; that of the order when the stream, or the parked event, belongs to an order */
  readonly subject: string;
  readonly reason: string | null;
  readonly at: string;
  readonly position: Position;
};

export const staffActor = (accountId: string): string => `staff:${accountId}`;

/** A person at the command line, by the name of the operating system. */
export const operatorActor = (name: string): string => `operator:${name}`;

/** Events without an entry: another event of the same command, or a later event with the same person, has the entry. */
const consequences: ReadonlySet<string> = new Set([
  'SessionsEnded',
  'WalletOpened',
  'ParkedEventsRetryRequested',
  'ParkedEventsDiscardRequested',
]);

/** Categories whose streams have the id of an order; a payment's also has the number of its attempt. */
const partsOfAnOrder: ReadonlySet<string> = new Set([
  'intervention',
  'fulfilmentrequest',
  'payment',
  'shipment',
  'checkout',
  'notification',
]);

/** What these consumers park is parked under the id of an order, or under a stream. */
const carryingOrders: ReadonlySet<string> = new Set(
  [checkoutCategory, ...policyCategories, fulfilmentCategory].map((name) => parkedStream(`process-${name}`)),
);

const isOfOrder = (stream: string): boolean =>
  streamCategory(stream) === 'order' || partsOfAnOrder.has(streamCategory(stream));

/** Returns the order that a parked event holds back; null for one that concerns no order, or whose key is unknown. */
function heldOrder({ stream, data }: Pick<RecordedEvent, 'stream' | 'data'>): string | null {
  const { key } = (data ?? {}) as { readonly key?: unknown };
  if (!carryingOrders.has(stream) || typeof key !== 'string') return null;
  if (!key.includes('-')) return streamName('order', key);
  return isOfOrder(key) ? streamName('order', orderIn(key)) : null;
}

const subjectOf = (event: Pick<RecordedEvent, 'stream' | 'data'>): string =>
  partsOfAnOrder.has(streamCategory(event.stream))
    ? streamName('order', orderIn(event.stream))
    : (heldOrder(event) ?? event.stream);

const orderIn = (stream: string): string =>
  streamCategory(stream) === 'payment' ? streamId(stream).replace(/\.\d+$/, '') : streamId(stream);

function reasonIn(data: unknown): string | null {
  const { reason, note } = (data ?? {}) as { readonly reason?: unknown; readonly note?: unknown };
  // When an event has both, the reason is a code and the note is the person's own text.
  const given = note ?? reason;
  return typeof given === 'string' ? given : null;
}

const isOfStaff = ({ type, metadata }: RecordedEvent): boolean =>
  [staffActor(''), operatorActor('')].some((prefix) => metadata.actor.startsWith(prefix)) &&
  !consequences.has(type);

export const auditLog: Projection<AuditEntry> = {
  name: 'audit-log',
  version: 3,
  prefixes: [''],
  indexes: {
    position: ['position'],
    actor: ['actor', 'position'],
    subject: ['subject', 'position'],
    actorAndSubject: ['actor', 'subject', 'position'],
  },
  key: (event) => (isOfStaff(event) ? `${event.stream}:${event.revision}` : null),
  project: ({ stream, revision, type, data, metadata, position }) => [
    {
      document: {
        id: `${stream}:${revision}`,
        actor: metadata.actor,
        action: type,
        subject: subjectOf({ stream, data }),
        reason: reasonIn(data),
        at: metadata.at,
        position,
      },
    },
  ],
};
