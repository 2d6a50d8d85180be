// The deadline that a checkout has set last, and what became of it. A checkout has one armed at a time.
import type { CheckoutEvent, DeadlineName } from '@holdfast/checkout';
import { assertNever, streamId, type Document, type Projection, type RecordedEvent } from '@holdfast/kernel';

/** CLEARED: the checkout got on before it came due. */
export type TimerState = 'ARMED' | 'FIRED' | 'CLEARED';

/** `id` is the order's. `dueAt` is ISO 8601. */
export type Timer = Document & {
  readonly kind: DeadlineName;
  readonly orderId: string;
  readonly dueAt: string;
  readonly state: TimerState;
};

type Input = Extract<
  CheckoutEvent,
  {
    type:
      | 'DeadlineSet'
      | 'DeadlineReached'
      | 'FundsRequested'
      | 'FundsCaptured'
      | 'PaymentSkipped'
      | 'CompensationStarted';
  }
>;

const handled: ReadonlySet<string> = new Set<Input['type']>([
  'DeadlineSet',
  'DeadlineReached',
  'FundsRequested',
  'FundsCaptured',
  'PaymentSkipped',
  'CompensationStarted',
]);

export const timers: Projection<Timer> = {
  name: 'timers',
  version: 1,
  prefixes: ['checkout-'],
  indexes: { due: ['state', 'dueAt'] },
  key: (event) => (handled.has(event.type) ? streamId(event.stream) : null),
  project(recorded, timer) {
    const event = recorded as RecordedEvent<Input>;
    if (event.type === 'DeadlineSet') {
      const orderId = streamId(event.stream);
      const { deadline: kind, dueAt } = event.data;
      return [{ document: { id: orderId, kind, orderId, dueAt, state: 'ARMED' } }];
    }
    return timer?.state === 'ARMED' ? [{ document: { ...timer, state: stateAfter(event.type) } }] : [];
  },
};

function stateAfter(type: Exclude<Input['type'], 'DeadlineSet'>): TimerState {
  switch (type) {
    case 'DeadlineReached':
      return 'FIRED';
    case 'FundsRequested':
    case 'FundsCaptured':
    case 'PaymentSkipped':
    case 'CompensationStarted':
      return 'CLEARED';
    default:
      return assertNever(type);
  }
}
