// The document of one deadline.
import type { DeadlineName, Step } from '@holdfast/checkout';
import type { Document } from '@holdfast/kernel';

/** CLEARED: the checkout continued before it came due. */
export type TimerState = 'ARMED' | 'FIRED' | 'CLEARED';

/** `id` is the order's, followed by `:policy` for a policy's deadline. `dueAt` is ISO 8601. */
export type Timer = Document & {
  readonly kind: DeadlineName;
  readonly orderId: string;
  readonly dueAt: string;
  readonly state: TimerState;
  /** releases of stock that the outside service has yet to answer; absent for the other deadlines */
  readonly unanswered?: readonly Step[];
};
