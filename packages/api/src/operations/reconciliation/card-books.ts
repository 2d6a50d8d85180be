// The books of card payments: those computed from the log, and those of the gateway. Both leave out payments with an open
// request, because the gateway may have carried out an operation that is not in the log yet. They also leave out payments
// at a gateway that is not in the settings, because its books can't be read.
import { streamCategory, streamId, type DomainEvent, type RecordedEvent } from '@holdfast/kernel';
import {
  isRecordedGateway,
  paymentCategory,
  paymentReference,
  type PaymentEvent,
  type PaymentId,
} from '@holdfast/payments';
import type { Cards } from '../../payments/cards.js';

type CardBook = {
  currency: string;
  captured: number;
  refunded: number;
  /** the gateway's name, as its payment recorded it */
  gateway: string | null;
  readonly asked: Set<string>;
};
/** by the payment's reference */
export type CardBooks = Map<string, CardBook>;

/** Enters one event into the books. Call it in log order. */
export function enterCard(books: CardBooks, recorded: RecordedEvent): void {
  if (streamCategory(recorded.stream) !== paymentCategory) return;
  const event = recorded as DomainEvent as PaymentEvent;
  const reference = streamId(recorded.stream);
  const none = { currency: '', captured: 0, refunded: 0, gateway: null };
  const book: CardBook = books.get(reference) ?? { ...none, asked: new Set<string>() };
  books.set(reference, book);
  switch (event.type) {
    case 'PaymentRequested':
      book.gateway = event.data.gateway;
      return;
    case 'PaymentCaptureRequested':
      book.asked.add('capture');
      return;
    case 'PaymentCaptured':
      book.asked.delete('capture');
      book.currency = event.data.amount.currency;
      book.captured += event.data.amount.minor;
      return;
    case 'PaymentRefundRequested':
      book.asked.add(event.data.refundId);
      return;
    case 'PaymentRefunded':
      book.asked.delete(event.data.refundId);
      book.refunded += event.data.amount.minor;
      return;
    case 'PaymentRefundRefused':
      book.asked.delete(event.data.refundId);
      return;
    case 'PaymentVoided':
    case 'PaymentAuthorizationExpired':
      book.asked.delete('capture');
      return;
    default:
  }
}

type Sum = (currency: string, minor: number) => void;
/** Adds up what the payments captured and refunded, per currency. */
export type CardSums = { readonly captured: Sum; readonly refunded: Sum };
/** `kept` is called for each of our payments at the gateway, with the amount that was captured and not refunded. */
export type GatewaySums = CardSums & { kept(this: void, payment: PaymentId, minor: number): void };

/**
 * Adds up both books. Returns null, or why the gateway's books could not be read. A payment of ours that is missing in
 * our books still counts in the gateway's.
 */
export async function addCards(
  books: CardBooks,
  cards: Pick<Cards, 'books' | 'gateways'>,
  ours: CardSums,
  theirs: GatewaySums,
): Promise<string | null> {
  for (const { currency, captured, refunded, gateway, asked } of books.values()) {
    if (
      asked.size > 0 ||
      (gateway !== null && !cards.gateways.some((name) => isRecordedGateway(gateway, name)))
    )
      continue;
    ours.captured(currency, captured);
    ours.refunded(currency, refunded);
  }
  let next: string | null = null;
  do {
    const page = await cards.books(next);
    if (page.kind === 'unavailable') return page.reason;
    for (const { payment, captured, refunded } of page.payments) {
      if (payment === null || (books.get(paymentReference(payment))?.asked.size ?? 0) > 0) continue;
      theirs.captured(captured.currency, captured.minor);
      theirs.refunded(refunded.currency, refunded.minor);
      theirs.kept(payment, captured.minor - refunded.minor);
    }
    next = page.next;
  } while (next !== null);
  return null;
}
