// Requests of operators to an order's checkout. They have their own stream, `intervention-<orderId>`, so that any
// process of a cluster can take the request: the checkout reads it from the log, in whichever process it runs.
import type { DomainEvent } from '@holdfast/kernel';

/** `step` is the name of one of the checkout's steps; `reason` is shown in the order's timeline. */
type AboutStep = { readonly step: string; readonly reason: string };

/** Retry the step now, without its backoff. */
export type StepRetryRequested = DomainEvent<'StepRetryRequested', AboutStep>;
/** The step was done by hand: it is not retried any more. */
export type StepSettlementRequested = DomainEvent<'StepSettlementRequested', AboutStep>;

export type InterventionEvent = StepRetryRequested | StepSettlementRequested;
