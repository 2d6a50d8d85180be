// Inputs and decisions of one order's fulfilment, for its specs.
import { CustomerId, OrderId, Sku, type Money, type ProcessInput } from '@holdfast/kernel';
import type { OrderEvent, Refunding } from '@holdfast/ordering';
import { processSpecification, received, recorder } from '@holdfast/testing';
import { fulfilment, type FulfilmentEvent, type FulfilmentInput, type FulfilmentStep } from '../index.js';

export const orderId = OrderId('o1');
export const customerId = CustomerId('c1');
export const tea = Sku('TEA');
export const cup = Sku('CUP');
export const eur = (minor: number): Money => ({ minor, currency: 'EUR' });
export const now = '2026-03-01T10:00:00.000Z';
export const soon = '2026-03-01T10:00:01.000Z';
export const stock = [
  { sku: tea, quantity: 2 },
  { sku: cup, quantity: 1 },
];
export const shippingAddress = {
  ...{ name: 'Ada', line1: 'Main 1', city: 'Bern' },
  ...{ postalCode: '3000', country: 'CH' },
};

export const { given } = processSpecification(fulfilment);
export type Input = ProcessInput<FulfilmentInput>;

// Inputs

const record = recorder();
export const input = (stream: string, event: FulfilmentInput): Input =>
  received(record(stream, event, { at: now }));
const ofOrder = (event: OrderEvent): Input => input('order-o1', event);
export const confirmed = ofOrder({ type: 'OrderConfirmed', data: { invoiceNumber: 'INV-1' } });
export const packed = ofOrder({ type: 'OrderPacked', data: { stock, shippingAddress } });
export const shipped = ofOrder({
  type: 'OrderShipped',
  data: { carrier: 'simulated', trackingNumber: 'T-1', stock },
});
export const inTransit = ofOrder({ type: 'OrderInTransit', data: {} });
export const delivered = ofOrder({ type: 'OrderDelivered', data: {} });
export const cancelled = ofOrder({ type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED' } });
export const refunding = (refundId: string, method: Refunding['method'] = 'WALLET'): Refunding => ({
  ...{ refundId, amount: eur(250), customerId, method },
  attempt: 1,
});
export const refundAsked = (refundId: string, method?: Refunding['method']): Input =>
  ofOrder({
    type: 'OrderRefundRequested',
    data: { ...refunding(refundId, method), reason: 'broken', by: 'staff:s', at: now },
  });
export const returnAccepted = (returnId: string, refund: Refunding | null = refunding(returnId)): Input =>
  ofOrder({ type: 'OrderReturned', data: { returnId, stock, reason: 'too blue', refund } });
export const refundRecorded = (refundId: string): Input =>
  ofOrder({ type: 'OrderRefunded', data: { refundId, amount: eur(250) } });
export const refusalRecorded = (refundId: string): Input =>
  ofOrder({ type: 'OrderRefundRefused', data: { refundId, code: 'RefundExceedsCaptured' } });

const ofShipment = (event: FulfilmentInput): Input => input('shipment-o1', event);
export const shipmentCreated = ofShipment({ type: 'ShipmentCreated', data: {} });
export const shipmentPacked = ofShipment({ type: 'ShipmentPacked', data: { stock, shippingAddress } });
export const labelled = ofShipment({
  type: 'LabelGenerated',
  data: { carrier: 'simulated', trackingNumber: 'T-1' },
});
export const scanned = (code = 'IN_TRANSIT'): Input =>
  ofShipment({ type: 'CarrierScanned', data: { scanId: 's1', code, location: null, at: now } });
export const arrived = ofShipment({ type: 'ShipmentDelivered', data: { at: now } });
export const shipmentCancelled = ofShipment({ type: 'ShipmentCancelled', data: {} });
export const assigned = input('tracking-T-1', { type: 'TrackingAssigned', data: { orderId } });
export const committed = (sku: Sku): Input =>
  input(`stock-${sku}`, { type: 'StockCommitted', data: { orderId, quantity: 1 } });
export const restocked = (sku: Sku, returnId?: string): Input =>
  input(`stock-${sku}`, {
    type: 'StockReturned',
    data: { orderId, quantity: 1, ...(returnId !== undefined && { returnId }) },
  });
export const refunded = (refundId: string): Input =>
  input('wallet-c1', { type: 'FundsRefunded', data: { orderId, amount: eur(250), refundId } });
export const refundedToCard = (refundId: string): Input =>
  input('payment-o1.1', {
    type: 'PaymentRefunded',
    data: { refundId, amount: eur(250), transactionId: 're-1' },
  });
export const cardRefused = (refundId: string): Input =>
  input('payment-o1.1', { type: 'PaymentRefundRefused', data: { refundId, code: 'insufficient_balance' } });
export const gatewayGivenUp = (refundId: string): Input =>
  input('payment-o1.1', {
    type: 'PaymentGatewayGivenUp',
    data: { operation: { kind: 'refund', refundId }, reason: 'no answer' },
  });
export const attemptFailed = (step: string, attempt: number): Input => ({
  ...{ kind: 'attemptFailed', step, attempt },
  ...{ error: 'store is away', retryAt: soon, at: now },
});
export const rejected = (step: string, error: string): Input => ({
  ...{ kind: 'stepFailed', step, reason: 'rejected' },
  ...{ error, at: now },
});

/** A request of an operator. */
export const asked = (
  type: 'FulfilmentRetryRequested' | 'FulfilmentSettlementRequested',
  step: string,
): Input => input('fulfilmentrequest-o1', { type, data: { step, reason: 'The bank is back' } });

// Decisions

export const started: FulfilmentEvent = {
  type: 'FulfilmentStarted',
  data: { orderId, definitionVersion: 1 },
};
export const done = (step: FulfilmentStep): FulfilmentEvent => ({
  type: 'FulfilmentStepDone',
  data: { step },
});
export const parcelPacked: FulfilmentEvent = { type: 'ParcelPacked', data: { stock, shippingAddress } };
export const labelReceived: FulfilmentEvent = { type: 'LabelReceived', data: { trackingNumber: 'T-1' } };
export const handedOver: FulfilmentEvent = { type: 'ParcelHandedOver', data: { stock } };
export const moved: FulfilmentEvent = { type: 'ParcelMoved', data: {} };
export const parcelArrived: FulfilmentEvent = { type: 'ParcelArrived', data: {} };
export const fulfilmentCancelled: FulfilmentEvent = { type: 'FulfilmentCancelled', data: {} };
export const completed: FulfilmentEvent = { type: 'FulfilmentCompleted', data: {} };
export const returnStarted = (
  returnId: string,
  refund: Refunding | null = refunding(returnId),
): FulfilmentEvent => ({ type: 'ReturnStarted', data: { returnId, stock, refund } });
export const refundStarted = (refundId: string, method?: Refunding['method']): FulfilmentEvent => ({
  type: 'RefundStarted',
  data: refunding(refundId, method),
});
export const refundConfirmed = (refundId: string): FulfilmentEvent => ({
  type: 'RefundConfirmed',
  data: { refundId },
});
export const refundDenied = (refundId: string, code: string): FulfilmentEvent => ({
  type: 'RefundDenied',
  data: { refundId, code },
});
export const failed = (
  step: FulfilmentStep,
  attempt: number,
  error = 'store is away',
  retryAt = soon,
): FulfilmentEvent => ({ type: 'FulfilmentAttemptFailed', data: { step, attempt, error, retryAt } });
export const stuck = (step: FulfilmentStep, error = 'store is away'): FulfilmentEvent => ({
  type: 'FulfilmentStuck',
  data: { step, attempts: 6, error },
});

export const isQueued = [started, done('create-shipment')];
export const isPacked = [...isQueued, parcelPacked, done('record-packed')];
export const isLabelled = [...isPacked, labelReceived, done('assign-tracking')];
export const isHandedOver = [...isLabelled, handedOver];
export const isShipped = [...isHandedOver, done('commit:TEA'), done('commit:CUP')];
export const isOnTheWay = [...isShipped, moved, done('mark-in-transit')];
export const isDelivered = [...isOnTheWay, parcelArrived, done('mark-delivered'), completed];
