// The last deadline of a checkout, and its outcome. A checkout has one armed deadline at a time; in a choreographed
// order, each policy with deadlines has one.
import type { CheckoutEvent } from '@holdfast/checkout';
import type { OrderingPolicyEvent, PaymentPolicyEvent } from '@holdfast/choreography';
import { assertNever, streamCategory, streamId, type Projection, type RecordedEvent } from '@holdfast/kernel';
import { inventoryPolicy, matters, stockTimer } from './stock-timer.js';
import type { Timer, TimerState } from './timer.js';

type Input = Extract<
  CheckoutEvent | PaymentPolicyEvent | OrderingPolicyEvent,
  {
    type:
      | 'DeadlineSet'
      | 'DeadlineMoved'
      | 'DeadlineReached'
      | 'FundsRequested'
      | 'CardDeclined'
      | 'FundsCaptured'
      | 'PaymentSkipped'
      | 'CompensationStarted'
      | 'PaymentCompleted'
      | 'PaymentFailed'
      | 'MoneyReturnStarted'
      | 'PaymentStartNoted'
      | 'OrderEndNoted';
  }
>;

const handled: ReadonlySet<string> = new Set<Input['type']>([
  'DeadlineSet',
  'DeadlineMoved',
  'DeadlineReached',
  'FundsRequested',
  'CardDeclined',
  'FundsCaptured',
  'PaymentSkipped',
  'CompensationStarted',
  'PaymentCompleted',
  'PaymentFailed',
  'MoneyReturnStarted',
  'PaymentStartNoted',
  'OrderEndNoted',
]);

const checkout = 'checkout';

/** The ids of all possible timers of an order. */
export const timersOf = (orderId: string): readonly string[] => [
  orderId,
  `${orderId}:${inventoryPolicy}`,
  `${orderId}:paymentpolicy`,
  `${orderId}:orderingpolicy`,
];

function idOf({ stream }: RecordedEvent): string {
  const category = streamCategory(stream);
  return category === checkout ? streamId(stream) : `${streamId(stream)}:${category}`;
}

const isOfStock = ({ stream }: RecordedEvent): boolean => streamCategory(stream) === inventoryPolicy;

export const timers: Projection<Timer> = {
  name: 'timers',
  version: 3,
  prefixes: ['checkout-', `${inventoryPolicy}-`, 'paymentpolicy-', 'orderingpolicy-'],
  indexes: { due: ['state', 'dueAt'] },
  key: (event) => ((isOfStock(event) ? matters(event) : handled.has(event.type)) ? idOf(event) : null),
  project(recorded, timer) {
    if (isOfStock(recorded)) {
      const document = stockTimer(idOf(recorded), recorded, timer);
      return document === null ? [] : [{ document }];
    }
    const event = recorded as RecordedEvent<Input>;
    if (event.type === 'DeadlineSet' || event.type === 'DeadlineMoved') {
      const orderId = streamId(event.stream);
      const { deadline: kind, dueAt } = event.data;
      return [{ document: { id: idOf(event), kind, orderId, dueAt, state: 'ARMED' } }];
    }
    return timer?.state === 'ARMED' ? [{ document: { ...timer, state: stateAfter(event.type) } }] : [];
  },
};

function stateAfter(type: Exclude<Input['type'], 'DeadlineSet' | 'DeadlineMoved'>): TimerState {
  switch (type) {
    case 'DeadlineReached':
      return 'FIRED';
    case 'FundsRequested':
    case 'CardDeclined':
    case 'FundsCaptured':
    case 'PaymentSkipped':
    case 'CompensationStarted':
    case 'PaymentCompleted':
    case 'PaymentFailed':
    case 'MoneyReturnStarted':
    case 'PaymentStartNoted':
    case 'OrderEndNoted':
      return 'CLEARED';
    default:
      return assertNever(type);
  }
}
