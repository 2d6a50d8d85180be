// The books of the simulated gateway: its payments and their possible transitions. In memory, without a network.
import { money, type Environment, type Money } from '@holdfast/kernel';
import type { GatewayReport } from '@holdfast/payments';

export type BookedPayment = {
  readonly id: string;
  readonly reference: string;
  readonly amount: Money;
  readonly returnUrl: string | null;
  status: GatewayReport['status'];
  captured: Money;
  readonly refunds: { readonly id: string; readonly refundId: string; readonly amount: Money }[];
  /** whether the customer has to pay on the gateway's page */
  readonly isOnPage: boolean;
  declineCode: string | null;
  expiresAt: string | null;
};

/** `refused`: nothing changed, and this is why. */
export type Booked = { readonly payment: BookedPayment; readonly refused: string | null };

export type Books = {
  /** null: the bank of this card never answers */
  authorize(request: {
    readonly reference: string;
    readonly amount: Money;
    readonly card: string | null;
    readonly returnUrl: string | null;
  }): Booked | null;
  capture(payment: BookedPayment, amount: Money): Booked;
  /** Also ends a payment that does not exist yet. */
  void(reference: string, amount: Money): Booked;
  refund(payment: BookedPayment, refundId: string | null, amount: Money): Booked;
  /** the choice of the customer on the page */
  pay(payment: BookedPayment): Booked;
  decline(payment: BookedPayment): Booked;
  /** the authorization, or the customer's time to pay, has run out */
  expire(payment: BookedPayment): Booked;
  byId(id: string): BookedPayment | undefined;
  byReference(reference: string): BookedPayment | undefined;
  all(): readonly BookedPayment[];
};

const authorizedForMs = 7 * 24 * 60 * 60 * 1000;

/** The immediate outcome of a card, by its token. `tok_redirect`, or no card: the customer pays on a page. */
const declines: Readonly<Record<string, string>> = {
  tok_declined: 'card_declined',
  tok_insufficient: 'insufficient_funds',
  tok_expired: 'expired_card',
};

export type BooksOptions = Pick<Environment, 'clock' | 'ids'> & {
  /** payments of an earlier run */
  readonly payments?: readonly BookedPayment[];
  /** Called with every payment that is new or has changed. */
  keep?(this: void, payment: BookedPayment): void;
  /** Called with every payment whose status or refunds changed. */
  changed(this: void, payment: BookedPayment, type: string): void;
};

type Ledger = Required<Omit<BooksOptions, 'payments'>> & {
  readonly payments: Map<string, BookedPayment>;
  readonly byReference: Map<string, BookedPayment>;
};

export function openBooks({
  clock,
  ids,
  payments = [],
  keep = () => undefined,
  changed,
}: BooksOptions): Books {
  const ledger: Ledger = {
    ...{ clock, ids, keep, changed },
    payments: new Map(payments.map((payment) => [payment.id, payment])),
    byReference: new Map(payments.map((payment) => [payment.reference, payment])),
  };
  const current = (payment: BookedPayment | undefined): BookedPayment | undefined => {
    if (payment !== undefined) runOut(ledger, payment);
    return payment;
  };
  return {
    authorize: (request) => authorize(ledger, request),
    capture: (payment, amount) => capture(ledger, payment, amount),
    void: (reference, amount) => end(ledger, reference, amount),
    refund: (payment, refundId, amount) => refund(ledger, payment, refundId, amount),
    pay: (payment) =>
      payment.status === 'pending' ? become(ledger, payment, 'authorized') : refuse(payment),
    decline: (payment) =>
      payment.status === 'pending' ? declineWith(ledger, payment, 'card_declined') : refuse(payment),
    expire(payment) {
      const isOpen = payment.status === 'authorized' || payment.status === 'pending';
      return isOpen ? become(ledger, payment, 'expired') : refuse(payment);
    },
    byId: (id) => current(ledger.payments.get(id)),
    byReference: (reference) => current(ledger.byReference.get(reference)),
    all: () => [...ledger.payments.values()],
  };
}

function authorize(
  ledger: Ledger,
  { reference, amount, card, returnUrl }: Parameters<Books['authorize']>[0],
): Booked | null {
  const before = ledger.byReference.get(reference);
  if (before !== undefined && before.status !== 'pending') return refuse(before);
  const isOnPage = card === null || card === 'tok_redirect';
  const payment = before ?? add(ledger, { reference, amount, returnUrl, isOnPage });
  if (card === 'tok_timeout') return null;
  if (isOnPage) return { payment, refused: null };
  if (card === 'tok_ok') return become(ledger, payment, 'authorized');
  const code = declines[card] ?? 'unknown_card';
  return { ...declineWith(ledger, payment, code), refused: code };
}

function capture(ledger: Ledger, payment: BookedPayment, amount: Money): Booked {
  runOut(ledger, payment);
  if (payment.status !== 'authorized') return refuse(payment);
  if (!isWithin(amount, payment.amount)) return refuse(payment, 'amount_too_large');
  payment.captured = amount;
  return become(ledger, payment, 'captured');
}

function end(ledger: Ledger, reference: string, amount: Money): Booked {
  const payment =
    ledger.byReference.get(reference) ?? add(ledger, { reference, amount, returnUrl: null, isOnPage: false });
  runOut(ledger, payment);
  if (payment.status === 'captured') return refuse(payment);
  const isOver = payment.status === 'voided' || payment.status === 'expired';
  return isOver ? { payment, refused: null } : become(ledger, payment, 'voided');
}

function refund(ledger: Ledger, payment: BookedPayment, refundId: string | null, amount: Money): Booked {
  if (payment.status !== 'captured') return refuse(payment);
  const { captured, refunds } = payment;
  const back = money.sum(
    refunds.map((refund) => refund.amount),
    captured.currency,
  );
  if (!isWithin(amount, money.subtract(captured, back))) return refuse(payment, 'amount_too_large');
  const id = `re-${ledger.ids.next()}`;
  refunds.push({ id, refundId: refundId ?? id, amount });
  ledger.keep(payment);
  ledger.changed(payment, 'payment.refunded');
  return { payment, refused: null };
}

function add(
  { payments, byReference, ids, keep }: Ledger,
  {
    reference,
    amount,
    returnUrl,
    isOnPage,
  }: Pick<BookedPayment, 'reference' | 'amount' | 'returnUrl' | 'isOnPage'>,
): BookedPayment {
  const payment: BookedPayment = {
    ...{ id: `pay-${ids.next()}`, reference, amount, returnUrl, isOnPage },
    ...{ status: 'pending', captured: money.zero(amount.currency), refunds: [] },
    ...{ declineCode: null, expiresAt: null },
  };
  payments.set(payment.id, payment);
  byReference.set(reference, payment);
  keep(payment);
  return payment;
}

function become(
  { clock, keep, changed }: Ledger,
  payment: BookedPayment,
  status: BookedPayment['status'],
): Booked {
  payment.status = status;
  if (status === 'authorized') payment.expiresAt = new Date(clock.now() + authorizedForMs).toISOString();
  keep(payment);
  changed(payment, `payment.${status}`);
  return { payment, refused: null };
}

function declineWith(ledger: Ledger, payment: BookedPayment, code: string): Booked {
  payment.declineCode = code;
  return become(ledger, payment, 'declined');
}

function runOut(ledger: Ledger, payment: BookedPayment): void {
  const isOver = payment.expiresAt !== null && Date.parse(payment.expiresAt) <= ledger.clock.now();
  if (payment.status === 'authorized' && isOver) become(ledger, payment, 'expired');
}

const refuse = (payment: BookedPayment, refused = `payment_${payment.status}`): Booked => ({
  payment,
  refused,
});

const isWithin = (amount: Money, limit: Money): boolean =>
  amount.currency === limit.currency && amount.minor > 0 && amount.minor <= limit.minor;
