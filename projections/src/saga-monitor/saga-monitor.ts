// How each checkout stands: what it did, what it waits for and since when, and whether a person is needed.
import type { Document, Position } from '@holdfast/kernel';
import type { Coordination } from '@holdfast/ordering';

/** WAITING: only a person or a deadline moves it on. COMPENSATION_STUCK: an undo failed for good. */
export type SagaStatus =
  'RUNNING' | 'WAITING' | 'COMPENSATING' | 'COMPLETED' | 'COMPENSATED' | 'COMPENSATION_STUCK';

/** `payment` is the customer's decision to pay, `funds` the wallet's answer, `operator` a failed undo. */
export type WaitingFor =
  'stock' | 'payment' | 'funds' | 'capture' | 'checks' | 'review' | 'compensation' | 'operator';

export type SagaStepStatus = 'RUNNING' | 'RETRYING' | 'DONE' | 'FAILED';

export type SagaStep = {
  readonly name: string;
  readonly status: SagaStepStatus;
  /** that failed so far */
  readonly attempts: number;
  readonly lastError: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** name of the step that undoes this one, once that was called for */
  readonly compensation: string | null;
};

/** `id` is the order's. */
export type SagaMonitor = Document & {
  readonly orderId: string;
  readonly definition: 'checkout';
  readonly definitionVersion: number;
  readonly coordination: Coordination;
  readonly status: SagaStatus;
  /** null once ended; so is `waitingSince`, ISO 8601 */
  readonly waitingFor: WaitingFor | null;
  readonly waitingSince: string | null;
  readonly steps: readonly SagaStep[];
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** position of CheckoutStarted: checkouts are listed by it */
  readonly startedPosition: Position;
};
