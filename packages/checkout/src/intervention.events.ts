// Requests of operators to an order's checkout. A stream of its own, `intervention-<orderId>`, so that any process of a
// cluster can take the request: the checkout, wherever it runs, hears of it through the log.
import type { DomainEvent } from '@holdfast/kernel';

/** `step` is the name of one of the checkout's steps; `reason` is shown in the order's timeline. */
type AboutStep = { readonly step: string; readonly reason: string };

/** Try the step now, whatever its backoff. */
export type StepRetryRequested = DomainEvent<'StepRetryRequested', AboutStep>;
/** The step was done by hand: it need not be tried any more. */
export type StepSettlementRequested = DomainEvent<'StepSettlementRequested', AboutStep>;

export type InterventionEvent = StepRetryRequested | StepSettlementRequested;
