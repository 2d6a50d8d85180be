// The deadline that a checkout has set last, and what became of it. A checkout has one armed at a time.
import type { DeadlineName } from '@holdfast/checkout';
import type { Document } from '@holdfast/kernel';

/** CLEARED: the checkout got on before it came due. */
export type TimerState = 'ARMED' | 'FIRED' | 'CLEARED';

/** `id` is the order's. `dueAt` is ISO 8601. */
export type Timer = Document & {
  readonly kind: DeadlineName;
  readonly orderId: string;
  readonly dueAt: string;
  readonly state: TimerState;
};
