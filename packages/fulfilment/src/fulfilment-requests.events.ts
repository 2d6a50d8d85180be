// Requests of operators to an order's fulfilment, in a stream of their own: any process of a cluster can take one.
import type { DomainEvent } from '@holdfast/kernel';

/** `step` is the name of one of the fulfilment's steps; `reason` is shown in the order's timeline. */
type AboutStep = { readonly step: string; readonly reason: string };

/** Retry the step now, without its backoff. */
export type FulfilmentRetryRequested = DomainEvent<'FulfilmentRetryRequested', AboutStep>;
/** The step was done by hand: it is not retried any more. */
export type FulfilmentSettlementRequested = DomainEvent<'FulfilmentSettlementRequested', AboutStep>;

export type FulfilmentRequestEvent = FulfilmentRetryRequested | FulfilmentSettlementRequested;
