// A test from history: the earlier events, the command or input, and the decision, as the text of a spec that compiles
// against our packages. Personal data is replaced, because many people can read a test.
import type { EventStore } from '@holdfast/event-store';
import { stockCategory } from '@holdfast/inventory';
import {
  CustomerId,
  isIdentifier,
  OrderId,
  streamCategory,
  streamId,
  type DomainEvent,
  type RecordedEvent,
} from '@holdfast/kernel';
import { walletCategory } from '@holdfast/wallet';
import type { ApiDependencies } from '../../dependencies.js';
import type { Pause } from '../../graphql/connections.js';
import { badInput, graphQLError } from '../../graphql/errors.js';
import { syncedEvents } from '../log/log.js';
import { levelAt, stockOf, walletOf } from '../moments/levels.js';
import { orderEvents, orderIn } from '../moments/order-events.js';
import { stockBefore, walletBefore } from '../what-if/shared-states.js';
import { commandOfOrder, commandOfStock, commandOfWallet } from './commands-behind.js';
import { processTest, type ProcessFamily } from './process-test.js';
import { testText } from './test-text.js';

/** The past of a stream with at most this many events is given in full. */
const longestPast = 300;

type Source = Pick<ApiDependencies, 'store' | 'projections' | 'settings'>;

/** @throws GraphQLError BAD_USER_INPUT for an event that makes no test */
export async function givenWhenThen(source: Source, event: RecordedEvent, pause: Pause): Promise<string> {
  const { store } = source;
  const then = await decidedWith(store, event);
  const category = streamCategory(event.stream);
  if (isFamily(category)) {
    const given = await before(store, event.stream, then[0]?.revision ?? 0);
    return processTest(source, category, { event, given, then });
  }
  const last = then.at(-1) ?? event;
  switch (category) {
    case 'order': {
      const given = await before(store, event.stream, then[0]?.revision ?? 0);
      const when = commandOfOrder(last as never, given);
      return testText({ ...deciders.order, event, given, when, then });
    }
    case stockCategory: {
      const given = await pastOfStock(source, then[0] ?? event, pause);
      return testText({ ...deciders.stock, event, given, when: commandOfStock(last as never), then });
    }
    case walletCategory: {
      const given = await pastOfWallet(source, then[0] ?? event, pause);
      return testText({ ...deciders.wallet, event, given, when: commandOfWallet(last as never), then });
    }
    default:
      throw badInput(`eventId: no test is made of an event of ${category}`);
  }
}

const deciderOf = (name: string, from: string, types: string) => ({
  imports: [
    `import { ${name}, type ${types}Command, type ${types}Event } from '@holdfast/${from}';`,
    `import { deciderSpecification } from '@holdfast/testing';`,
  ],
  specification: `deciderSpecification(${name})`,
  eventType: `${types}Event`,
  whenType: `${types}Command`,
});
const deciders = {
  order: deciderOf('order', 'ordering', 'Order'),
  stock: deciderOf('stock', 'inventory', 'Stock'),
  wallet: deciderOf('wallet', 'wallet', 'Wallet'),
};

const families: readonly ProcessFamily[] = [
  'checkout',
  'fulfilment',
  'inventorypolicy',
  'paymentpolicy',
  'orderingpolicy',
];
const isFamily = (category: string): category is ProcessFamily =>
  (families as readonly string[]).includes(category);

/** The events of one decision, which are appended together. */
async function decidedWith(store: EventStore, { stream, revision, metadata }: RecordedEvent) {
  const around = 50;
  const events = await syncedEvents(store, stream, {
    from: Math.max(revision - around, 0),
    limit: 2 * around,
  });
  const isSame = (other: RecordedEvent | undefined): boolean =>
    other?.metadata.commandId === metadata.commandId;
  const at = events.findIndex((other) => other.revision === revision);
  let [first, end] = [at, at + 1];
  while (isSame(events[first - 1])) first -= 1;
  while (isSame(events[end])) end += 1;
  return events.slice(first, end);
}

/** @throws GraphQLError TOO_MUCH_TO_READ */
async function before(
  store: EventStore,
  stream: string,
  revision: number,
): Promise<readonly RecordedEvent[]> {
  if (revision === 0) return [];
  if (revision > 10 * longestPast)
    throw graphQLError('TOO_MUCH_TO_READ', `${stream} has too many events before this one`);
  return syncedEvents(store, stream, { limit: revision });
}

/** The past of a long stream: its level, and the events of the order that the tested event belongs to. */
async function pastOfStock(
  source: Source,
  first: RecordedEvent,
  pause: Pause,
): Promise<readonly DomainEvent[]> {
  if (first.revision <= longestPast) return before(source.store, first.stream, first.revision);
  const level = await levelAt(source, stockOf(streamId(first.stream)), first.position - 1);
  const { onHand = 0, reserved = 0 } = level ?? {};
  const own = await ownBefore(source.store, first, pause);
  return [...stockBefore(own as never, { onHand, reserved, currency: 'EUR' }), ...own];
}

async function pastOfWallet(
  source: Source,
  first: RecordedEvent,
  pause: Pause,
): Promise<readonly DomainEvent[]> {
  if (first.revision <= longestPast) return before(source.store, first.stream, first.revision);
  const level = await levelAt(source, walletOf(CustomerId(streamId(first.stream))), first.position - 1);
  const own = await ownBefore(source.store, first, pause);
  return level === null ? own : [...walletBefore(own as never, level), ...own];
}

async function ownBefore(store: EventStore, { stream, position, ...event }: RecordedEvent, pause: Pause) {
  const orderId = orderIn({ stream, position, ...event });
  if (orderId === undefined || !isIdentifier(orderId)) return [];
  const found = await orderEvents(store, OrderId(orderId), pause);
  return found?.events.filter((own) => own.stream === stream && own.position < position) ?? [];
}
