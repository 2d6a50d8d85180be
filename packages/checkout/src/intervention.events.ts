// Requests of operators to an order's checkout. They have their own stream, `intervention-<orderId>`, so that any
// process of a cluster can take the request: the checkout reads it from the log, in whichever process it runs.
import type { DomainEvent } from '@holdfast/kernel';
import type { DeadlineName } from './checkout.events.js';

/** `step` is the name of one of the checkout's steps; `reason` is shown in the order's timeline. */
type AboutStep = { readonly step: string; readonly reason: string };

/** Retry the step now, without its backoff. */
export type StepRetryRequested = DomainEvent<'StepRetryRequested', AboutStep>;
/** The step was done by hand: it is not retried any more. */
export type StepSettlementRequested = DomainEvent<'StepSettlementRequested', AboutStep>;

/** The deadline, if it is armed, is due at `dueAt` (ISO 8601): at once when that is past. */
export type DeadlineMoveRequested = DomainEvent<
  'DeadlineMoveRequested',
  { readonly deadline: DeadlineName; readonly dueAt: string; readonly reason: string }
>;

/** Requests that concern one step. */
export type StepRequest = StepRetryRequested | StepSettlementRequested;
export type InterventionEvent = StepRequest | DeadlineMoveRequested;
