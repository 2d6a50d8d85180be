// What if: an order is forked in memory at one of its events, one thing is changed, and both outcomes are put side by side.
// Nothing is written: a fork has no store (ADR 0032).
import { intervention } from '@holdfast/checkout';
import { stock, stockStream, type StockState } from '@holdfast/inventory';
import {
  money,
  Sku,
  type AnyAggregate,
  type Money,
  type OrderId,
  type Position,
  type RecordedEvent,
} from '@holdfast/kernel';
import { aggregates as orderingAggregates } from '@holdfast/ordering';
import { payment } from '@holdfast/payments';
import { orderSummary, type OrderSummary } from '@holdfast/projections';
import { shownForm } from '@holdfast/runtime';
import { aggregates as shippingAggregates } from '@holdfast/shipping';
import { wallet, walletStream, type WalletState } from '@holdfast/wallet';
import type { Pause } from '../../graphql/connections.js';
import { badInput } from '../../graphql/errors.js';
import type { WhatIfInput } from '../../graphql/schema.types.js';
import { Fold } from '../../queries/documents.js';
import type { Moment, ProductMoment } from '../moments/moment.js';
import { momentAt, type MomentSource } from '../moments/moments.js';
import { orderEvents } from '../moments/order-events.js';
import { Fork, type AnyProcess, type FromOutside } from './fork.js';
import { ForkedGateway } from './forked-gateway.js';
import { doneLater } from './persons.js';
import { sharedStates } from './shared-states.js';

export type Outcome = {
  readonly status: OrderSummary['status'];
  readonly failureReason: OrderSummary['failureReason'];
  readonly events: readonly RecordedEvent[];
  readonly wallet: Money;
  readonly stock: readonly ProductMoment[];
};

const aggregates: readonly AnyAggregate[] = [
  ...orderingAggregates,
  ...shippingAggregates,
  ...[stock, wallet, payment, intervention],
];

const longestDelayMs = 365 * 24 * 3_600_000;

type Split = {
  readonly orderId: OrderId;
  readonly moment: Moment & { readonly order: OrderSummary };
  readonly past: readonly RecordedEvent[];
  readonly later: readonly RecordedEvent[];
};

/**
 * Returns both outcomes; null when there is no such order at that position.
 * @throws GraphQLError BAD_USER_INPUT when the change comes too late
 */
export async function whatIf(
  source: MomentSource & { readonly managers: readonly AnyProcess[]; readonly nowMs: number },
  { position, change, amount }: Omit<WhatIfInput, 'orderId'>,
  orderId: OrderId,
  pause: Pause,
): Promise<{ readonly happened: Outcome; readonly wouldHave: Outcome } | null> {
  const found = await orderEvents(source.store, orderId, pause);
  if (found === null) return null;
  const forkAt = endOfAppend(found.events, position);
  const { order = null, ...moment } = (await momentAt(source, orderId, forkAt, pause)) ?? {};
  if (order === null) return null;
  const split: Split = {
    orderId,
    moment: { ...(moment as Moment), order },
    past: found.events.filter((event) => event.position <= forkAt),
    later: found.events.filter((event) => event.position > forkAt),
  };
  const byMs = change === 'LATER_MS' ? delayOf(amount) : 0;
  refuseTooLate(split, change);
  const wouldHave = forked(source, split, change, byMs);
  return { happened: happenedIn(split), wouldHave };
}

/** Events of one decision are appended together: a fork between them would have half of a decision. */
function endOfAppend(events: readonly RecordedEvent[], position: Position): Position {
  const last = events.findLast((event) => event.position <= position);
  const rest = events.filter(
    ({ stream, metadata, position: at }) =>
      at > position && stream === last?.stream && metadata.commandId === last.metadata.commandId,
  );
  let [end, revision] = [position, last?.revision ?? 0];
  for (const event of rest) {
    if (event.revision !== revision + 1) break;
    [end, revision] = [event.position, event.revision];
  }
  return end;
}

function delayOf(amount: number | null | undefined): number {
  if (typeof amount !== 'number' || amount < 0 || amount > longestDelayMs)
    throw badInput('amount: milliseconds from 0 to those of a year are needed for LATER_MS');
  return amount;
}

/** @throws GraphQLError BAD_USER_INPUT when the change is about a matter that was decided before the fork */
function refuseTooLate({ past, moment }: Split, change: WhatIfInput['change']): void {
  const has = (...types: readonly string[]) => past.some(({ type }) => types.includes(type));
  const answered = [
    'FundsHeld',
    'FundsHoldRefused',
    'PaymentAuthorized',
    'PaymentCaptured',
    'PaymentDeclined',
  ];
  if (change === 'DECLINE_PAYMENT' && has(...answered, 'OrderPaymentSkipped'))
    throw badInput('position: the payment was decided before this event');
  if (change === 'NO_STOCK' && moment.stock.every(({ reservedForOrder }) => reservedForOrder > 0))
    throw badInput('position: all stock was reserved before this event');
  if (change === 'REJECT_REVIEW' && has('OrderReviewed'))
    throw badInput('position: the order was reviewed before this event');
}

function forked(
  { managers, nowMs }: { readonly managers: readonly AnyProcess[]; readonly nowMs: number },
  split: Split,
  change: WhatIfInput['change'],
  byMs: number,
): Outcome {
  const { orderId, moment, past, later } = split;
  const startMs = Date.parse(past.at(-1)?.metadata.at ?? '');
  const declines = change === 'DECLINE_PAYMENT';
  const gateway = new ForkedGateway(past, later, { declines, byMs });
  let wasRejected = false;
  const reject = (event: RecordedEvent, atMs: number): readonly FromOutside[] => {
    if (change !== 'REJECT_REVIEW' || event.type !== 'OrderHeldForReview') return [];
    wasRejected = true;
    return [{ atMs, command: rejection(orderId), actor: 'staff:what-if' }];
  };
  const fork = new Fork({
    ...{ orderId, managers, aggregates, past, startMs, untilMs: Math.max(nowMs, startMs + byMs) },
    shared: sharedStates(moment, past, { stock: change === 'NO_STOCK', wallet: declines }),
    react: (event, atMs) => [...gateway.react(event, atMs), ...reject(event, atMs)],
  });
  const again = doneLater(past, later, byMs);
  const isReplaced = ({ command }: FromOutside): boolean =>
    change === 'REJECT_REVIEW' && command.type === 'Review';
  fork.expect(...again.filter((one) => !isReplaced(one)), ...gateway.outstanding(past, startMs));
  if (byMs > 0) fork.delay(byMs);
  if (change === 'CANCEL') cancel(fork, split);
  if (change === 'REJECT_REVIEW' && moment.order.status === 'UNDER_REVIEW') {
    wasRejected = true;
    fork.ask(rejection(orderId), 'staff:what-if');
  }
  fork.run();
  if (change === 'REJECT_REVIEW' && !wasRejected)
    throw badInput('position: the order does not come under review after this event');
  return outcome(split, fork.events, fork);
}

const rejection = (orderId: OrderId) => ({
  type: 'Review',
  data: { orderId, approved: false, reason: 'what if it were rejected' },
});

function cancel(fork: Fork, { orderId, moment: { order } }: Split): void {
  const command = { type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } };
  if (fork.ask(command, `customer:${order.customerId}`) !== null)
    throw badInput(`position: an order that is ${order.status} can't be cancelled`);
}

/** The real outcome, with the same stock and wallet at the fork, so that other orders make no difference. */
function happenedIn(split: Split): Outcome {
  const { orderId, moment, past, later } = split;
  const replay = new Fork({
    ...{ orderId, managers: [], aggregates, startMs: 0, untilMs: 0, react: () => [] },
    past: [...past, ...later],
    shared: sharedStates(moment, past, { stock: false, wallet: false }),
  });
  replay.takeShared(later);
  return outcome(split, later, replay);
}

function outcome({ orderId, moment, past }: Split, events: readonly RecordedEvent[], fork: Fork): Outcome {
  const summary = new Fold<OrderSummary>(orderSummary, orderId);
  summary.take([...past, ...events]);
  const { status, failureReason, customerId, total } = summary.document ?? moment.order;
  const purse = fork.state(walletStream(customerId as never), wallet) as WalletState;
  return {
    status,
    failureReason,
    events: events.map(shownForm),
    wallet: purse.kind === 'open' ? purse.balance : money.zero(total.currency),
    stock: moment.stock.map(({ sku }) => {
      const state = fork.state(stockStream(Sku(sku)), stock) as StockState;
      if (state.kind === 'unlisted')
        return { sku, onHand: 0, reserved: 0, available: 0, reservedForOrder: 0 };
      const { onHand, reserved, reservations } = state;
      const reservedForOrder = reservations.get(orderId) ?? 0;
      return { sku, onHand, reserved, available: onHand - reserved, reservedForOrder };
    }),
  };
}

/** An event in the form of the schema, with its data as JSON. */
export const shownEvent = ({ stream, type, position, metadata }: RecordedEvent, data: object) => ({
  ...{ stream, type, data, position: String(position), at: metadata.at, actor: metadata.actor },
});
