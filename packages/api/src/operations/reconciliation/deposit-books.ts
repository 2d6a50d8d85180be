// The books of deposits by card, computed from the log: the money of each deposit that is in a wallet. A deposit is left
// out while a part of it is on its way back to its card.
import { streamCategory, type DomainEvent, type RecordedEvent } from '@holdfast/kernel';
import { depositPaidBy, paymentCategory, paymentOfStream, type PaymentEvent } from '@holdfast/payments';
import { withdrawalOfRefund, withdrawalOfEvent } from '@holdfast/topups';
import { walletCategory, type WalletEvent } from '@holdfast/wallet';

/** `moving`: withdrawals with a part that is neither in the wallet nor on the card. */
type DepositBook = { readonly currency: string; inWallet: number; readonly moving: Set<string> };
/** by the deposit's id */
export type DepositBooks = Map<string, DepositBook>;

/** Enters one event into the books. Call it in log order. */
export function enterDeposit(books: DepositBooks, recorded: RecordedEvent): void {
  switch (streamCategory(recorded.stream)) {
    case walletCategory:
      enterWallet(books, recorded);
      return;
    case paymentCategory:
      enterPayment(books, recorded);
      return;
    default:
  }
}

function enterWallet(books: DepositBooks, recorded: RecordedEvent): void {
  const event = recorded as DomainEvent as WalletEvent;
  switch (event.type) {
    case 'FundsDeposited': {
      const { depositId, withdrawalId, amount } = event.data;
      if (depositId === undefined) return;
      const empty: DepositBook = { currency: amount.currency, inWallet: 0, moving: new Set() };
      const book = books.get(depositId) ?? empty;
      books.set(depositId, book);
      book.inWallet += amount.minor;
      if (withdrawalId !== undefined) book.moving.delete(withdrawalId);
      return;
    }
    case 'FundsWithdrawn':
      for (const { depositId, amount } of event.data.to ?? []) {
        const book = books.get(depositId);
        if (book === undefined) continue;
        book.inWallet -= amount.minor;
        book.moving.add(withdrawalOfEvent(recorded));
      }
      return;
    default:
  }
}

function enterPayment(books: DepositBooks, recorded: RecordedEvent): void {
  const event = recorded as DomainEvent as PaymentEvent;
  if (event.type !== 'PaymentRefunded') return;
  const depositId = depositPaidBy(paymentOfStream(recorded.stream));
  const withdrawalId = withdrawalOfRefund(event.data.refundId);
  if (depositId !== null && withdrawalId !== null) books.get(depositId)?.moving.delete(withdrawalId);
}

type Sum = (currency: string, minor: number) => void;

/** Adds up deposits without moving parts: the money in wallets, and the money at the gateway (`kept`, by deposit id). */
export function addDeposits(
  books: DepositBooks,
  kept: ReadonlyMap<string, number>,
  ours: Sum,
  theirs: Sum,
): void {
  for (const [depositId, { currency, inWallet, moving }] of books) {
    const minor = kept.get(depositId);
    if (moving.size > 0 || minor === undefined) continue;
    ours(currency, inWallet);
    theirs(currency, minor);
  }
}
