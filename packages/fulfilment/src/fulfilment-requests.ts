// The requests of operators to the fulfilment of one order. The fulfilment decides whether a request still changes anything;
// this aggregate refuses requests that could never have an effect.
import {
  accepted,
  assertNever,
  rejected,
  streamName,
  type Aggregate,
  type DomainCommand,
  type OrderId,
  type Result,
} from '@holdfast/kernel';
import { isByHand, isFulfilmentStep } from './fulfilment-steps.js';
import type { FulfilmentRequestEvent } from './fulfilment-requests.events.js';

export const fulfilmentRequestCategory = 'fulfilmentrequest';

/** Name of the stream of operators' requests to an order's fulfilment. */
export const fulfilmentRequestStream = (orderId: OrderId): string =>
  streamName(fulfilmentRequestCategory, orderId);

type AboutStep<Type extends string> = DomainCommand<
  Type,
  { readonly orderId: OrderId; readonly step: string; readonly reason: string }
>;
export type RequestFulfilmentRetry = AboutStep<'RequestFulfilmentRetry'>;
export type RequestFulfilmentSettlement = AboutStep<'RequestFulfilmentSettlement'>;
export type FulfilmentRequestCommand = RequestFulfilmentRetry | RequestFulfilmentSettlement;

export type FulfilmentRequestRejection =
  | { readonly code: 'UnknownStep' }
  /** only the program can do the step: its effect has to be in the log */
  | { readonly code: 'NotDoneByHand' };

function decide({
  type,
  data: { step, reason },
}: FulfilmentRequestCommand): Result<readonly FulfilmentRequestEvent[], FulfilmentRequestRejection> {
  if (!isFulfilmentStep(step)) return rejected({ code: 'UnknownStep' });
  switch (type) {
    case 'RequestFulfilmentRetry':
      return accepted([{ type: 'FulfilmentRetryRequested', data: { step, reason } }]);
    case 'RequestFulfilmentSettlement':
      return isByHand(step)
        ? accepted([{ type: 'FulfilmentSettlementRequested', data: { step, reason } }])
        : rejected({ code: 'NotDoneByHand' });
    default:
      return assertNever(type);
  }
}

const commandTypes: Record<FulfilmentRequestCommand['type'], true> = {
  RequestFulfilmentRetry: true,
  RequestFulfilmentSettlement: true,
};

/** Every request stands for itself: there is nothing to remember. */
export const fulfilmentRequests: Aggregate<
  FulfilmentRequestCommand,
  FulfilmentRequestEvent,
  null,
  FulfilmentRequestRejection
> = {
  category: fulfilmentRequestCategory,
  commandTypes: Object.keys(commandTypes) as FulfilmentRequestCommand['type'][],
  stream: (command) => fulfilmentRequestStream(command.data.orderId),
  isSettled: () => true,
  initialState: null,
  evolve: () => null,
  decide,
};
