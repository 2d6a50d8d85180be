// The fulfilment: takes a confirmed order to its customer, and handles returns and refunds. It starts when the order is
// confirmed, follows the events of the order, the warehouse and the carrier, and never gives up a step. README.md has
// the picture.
import {
  streamId,
  streamName,
  type OrderId,
  type PendingWork,
  type Process,
  type RecordedEvent,
  type Route,
} from '@holdfast/kernel';
import { paymentOfStream } from '@holdfast/payments';
import { decide } from './fulfilment-decisions.js';
import { fulfilmentRequestCategory } from './fulfilment-requests.js';
import { evolve, initialState, type FulfilmentState } from './fulfilment-state.js';
import {
  withoutEnd,
  type FulfilmentCommand,
  type FulfilmentInput,
  type FulfilmentSettings,
} from './fulfilment-steps.js';
import type { FulfilmentEvent } from './fulfilment.events.js';

export const fulfilmentCategory = 'fulfilment';

/** Name of the stream of an order's fulfilment. */
export const fulfilmentStream = (orderId: OrderId): string => streamName(fulfilmentCategory, orderId);

const ignore: Route = { kind: 'ignore' };
const continued = (id: string): Route => ({ kind: 'continue', id });

function route(event: RecordedEvent<FulfilmentInput>): Route {
  switch (event.type) {
    case 'OrderConfirmed':
      return { kind: 'start', id: streamId(event.stream) };
    case 'OrderPacked':
    case 'OrderShipped':
    case 'OrderInTransit':
    case 'OrderDelivered':
    case 'OrderCancelled':
    case 'OrderFailed':
    case 'OrderReturned':
    case 'OrderRefundRequested':
    case 'OrderRefunded':
    case 'OrderRefundRefused':
    case 'ShipmentCreated':
    case 'ShipmentPacked':
    case 'LabelGenerated':
    case 'CarrierScanned':
    case 'ShipmentDelivered':
    case 'ShipmentCancelled':
    case 'FulfilmentRetryRequested':
    case 'FulfilmentSettlementRequested':
      return continued(streamId(event.stream));
    case 'StockCommitted':
    case 'StockReturned':
    case 'AllocationCommitAsked':
    case 'AllocationCommitted':
    case 'AllocationReturnAsked':
    case 'AllocationReturned':
    case 'FundsRefunded':
    case 'TrackingAssigned':
      return continued(event.data.orderId);
    case 'PaymentRefunded':
    case 'PaymentRefundRefused':
    case 'PaymentGatewayGivenUp':
      return continued(paymentOfStream(event.stream).orderId);
    default:
      return ignore;
  }
}

function pending(state: FulfilmentState): readonly PendingWork<FulfilmentCommand>[] {
  if (state.phase === 'new') return [];
  return [...state.todo].map(([step, command]) => {
    const { failed: failedAttempts = 0, retryAt, isAsked = false } = state.attempts.get(step) ?? {};
    const notBefore = retryAt === undefined || isAsked ? {} : { notBefore: retryAt };
    return { kind: 'command', step, command, failedAttempts, ...notBefore };
  });
}

/** The process manager of a confirmed order. Inputs may be repeated; see README.md for why each is safe. */
export const createFulfilment = (
  settings: FulfilmentSettings = {},
): Process<FulfilmentInput, FulfilmentEvent, FulfilmentState, FulfilmentCommand> => ({
  name: fulfilmentCategory,
  initialState,
  inputPrefixes: [
    'order-',
    'stock-',
    'allocation-',
    'wallet-',
    'payment-',
    'shipment-',
    'tracking-',
    `${fulfilmentRequestCategory}-`,
  ],
  route,
  decide: (input, state) => decide(settings, input, state),
  evolve,
  pending,
  retryPolicy: () => withoutEnd,
});

/** Its settings are the defaults. */
export const fulfilment = createFulfilment();
