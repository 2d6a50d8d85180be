// Waits for a deposit by card, until its money is in the wallet, the card is declined, or the customer has to pay on a
// page.
import { assertNever, type CustomerId, type RecordedEvent } from '@holdfast/kernel';
import { paymentOfDeposit, paymentStream, type PaymentDeclined } from '@holdfast/payments';
import { topUpStream, type TopUpFailed, type TopUpFailure } from '@holdfast/topups';
import { walletStream, type FundsDeposited } from '@holdfast/wallet';
import { validationError } from '../graphql/errors.js';
import { feedWithin, type Feeding, type Waiting } from '../live/feed-within.js';
import { cardDeclined } from '../payments/cards.js';

/** The progress of a deposit. */
export type DepositProgress = { readonly position: number } & (
  | { readonly is: 'pending'; readonly redirectUrl: string | null }
  | { readonly is: 'completed' }
  | { readonly is: 'failed'; readonly reason: TopUpFailure; readonly code: string }
);

type Sought = {
  readonly depositId: string;
  readonly customerId: CustomerId;
  /** a position before the request */
  readonly after: number;
  /** whether the customer has been to the gateway's page already */
  readonly isBack: boolean;
};

/** Returns the deposit once it is decided or needs its customer, and in its present state when the time is up. */
export async function depositDecided(
  feeding: Feeding,
  { depositId, customerId, after, isBack }: Sought,
  waiting: Waiting,
): Promise<DepositProgress> {
  const payment = paymentStream(paymentOfDeposit(depositId));
  const streams = [payment, topUpStream(depositId), walletStream(customerId)];
  let progress: DepositProgress = { is: 'pending', redirectUrl: null, position: after };
  for await (const events of feedWithin(feeding, { streams, after }, waiting))
    for (const event of events) {
      progress = progressAfter(event, depositId) ?? progress;
      if (progress.is !== 'pending' || (progress.redirectUrl !== null && !isBack)) return progress;
    }
  return progress;
}

/** The progress after the event; null when the event changes nothing. */
function progressAfter({ type, data, position }: RecordedEvent, depositId: string): DepositProgress | null {
  switch (type) {
    case 'PaymentRedirectOffered':
      return { is: 'pending', redirectUrl: (data as { readonly url: string }).url, position };
    case 'PaymentAuthorized':
      return { is: 'pending', redirectUrl: null, position };
    case 'PaymentDeclined':
      return { is: 'failed', reason: 'DECLINED', code: (data as PaymentDeclined['data']).code, position };
    case 'TopUpFailed':
      return { is: 'failed', ...(data as TopUpFailed['data']), position };
    case 'FundsDeposited':
      return (data as FundsDeposited['data']).depositId === depositId ? { is: 'completed', position } : null;
    default:
      return null;
  }
}

/** The member of the union for a deposit that failed. */
export function depositFailed({ reason, code }: { readonly reason: TopUpFailure; readonly code: string }) {
  switch (reason) {
    case 'DECLINED':
    case 'EXPIRED':
    case 'REFUSED_BY_GATEWAY':
      return cardDeclined(code);
    case 'TIMEOUT':
      return cardDeclined('timeout', true);
    case 'GATEWAY_UNAVAILABLE':
      return cardDeclined('gateway_unavailable', true);
    case 'REFUSED_BY_WALLET':
      return validationError(`amount: the wallet refused the deposit: ${code}`, ['amount']);
    default:
      return assertNever(reason);
  }
}
