// The stream of a payment attempt. Every attempt to pay an order is a payment of its own.
import { invariant, isIdentifier, OrderId, streamId, streamName } from '@holdfast/kernel';

/** One attempt to pay an order by card; attempts count from 1. A deposit is paid under an order id of its own. */
export type PaymentId = { readonly orderId: OrderId; readonly attempt: number };

const depositPrefix = 'deposit.';

/** The payment of a deposit into a wallet. No order has such an id. */
export const paymentOfDeposit = (depositId: string): PaymentId => ({
  orderId: OrderId(`${depositPrefix}${depositId}`),
  attempt: 1,
});

/** The deposit of a payment; null for the payment of an order. */
export const depositPaidBy = ({ orderId }: PaymentId): string | null =>
  orderId.startsWith(depositPrefix) ? orderId.slice(depositPrefix.length) : null;

export const paymentCategory = 'payment';

/** The reference of the payment at the gateway: the same each time a message is sent again. */
export const paymentReference = ({ orderId, attempt }: PaymentId): string => `${orderId}.${attempt}`;

export const paymentStream = (id: PaymentId): string => streamName(paymentCategory, paymentReference(id));

const reference = /^(?<orderId>.+)\.(?<attempt>[1-9]\d{0,5})$/;

/** Null for a text that is not one of our references. */
export function paymentOfReference(text: string): PaymentId | null {
  const { orderId = '', attempt } = reference.exec(text)?.groups ?? {};
  return isIdentifier(orderId) ? { orderId: OrderId(orderId), attempt: Number(attempt) } : null;
}

/** @throws InvariantViolation unless `stream` is one of a payment */
export function paymentOfStream(stream: string): PaymentId {
  const id = paymentOfReference(streamId(stream));
  invariant(id !== null, `not the stream of a payment: ${stream}`);
  return id;
}
