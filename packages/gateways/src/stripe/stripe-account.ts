// The Stripe account that has a shop's payments. A new key may belong to another account, where the same operation would
// charge a card a second time. So the key is asked for its account, which payments record.
import Stripe from 'stripe';
import type { Identified, PaymentGateway } from '../payment-gateway.js';

/** The secret key belongs to another account than the one that was named. Nothing was sent to that account. */
export class WrongStripeAccount extends Error {
  override readonly name = 'WrongStripeAccount';

  constructor(
    readonly expected: string,
    readonly actual: string,
  ) {
    super(`the secret key is that of the Stripe account ${actual}, and the payments are at ${expected}`);
  }
}

/** The gateway's name with its account, which payments record. */
export const nameOfAccount = (account: string): string => `stripe/${account}`;

type Unavailable = { readonly kind: 'unavailable'; readonly reason: string };

export type AccountOptions = {
  /** `acct_…`, which the key must belong to; null: any account */
  readonly named: string | null;
  /** limit of one request for the account */
  readonly askMs: number;
  reasonOf(this: void, error: unknown): string;
};

/**
 * Returns the gateway under the name of its account. Each operation first asks for the account, until that is known. With a
 * named account nothing is sent before the key has proved that it belongs there. Without one the gateway works under its
 * plain name as long as the account is unknown.
 *
 * @throws WrongStripeAccount from every operation and look-up; a page of the books is `unavailable`
 */
export function ofAccount(
  gateway: PaymentGateway,
  stripe: Pick<Stripe, 'accounts'>,
  { named, askMs, reasonOf }: AccountOptions,
): PaymentGateway {
  let account = named;
  /** the outcome that no further request can change */
  let settled: Identified | null = null;

  const identify = async (): Promise<Identified> => {
    if (settled !== null) return settled;
    let actual: string;
    try {
      ({ id: actual } = await stripe.accounts.retrieveCurrent({}, { timeout: askMs }));
    } catch (error) {
      const reason = reasonOf(error);
      if (error instanceof Stripe.errors.StripeAuthenticationError) return { kind: 'refused', reason };
      if (!(error instanceof Stripe.errors.StripePermissionError)) return { kind: 'unavailable', reason };
      // A restricted key may lack the right to read the account.
      const unnamed = { kind: 'unnamed', reason } as const;
      if (named === null) settled = unnamed;
      return unnamed;
    }
    if (named !== null && actual !== named) throw new WrongStripeAccount(named, actual);
    account = actual;
    settled = { kind: 'known' };
    return settled;
  };

  /** Returns the reason when the operation must not be sent. */
  const prove = async (): Promise<string | null> => {
    const identified = await identify();
    return identified.kind === 'known' || named === null ? null : identified.reason;
  };

  const proven =
    <Request, Outcome>(operate: (request: Request) => Promise<Outcome>) =>
    async (request: Request): Promise<Outcome | Unavailable> => {
      const reason = await prove();
      return reason === null ? operate(request) : { kind: 'unavailable', reason };
    };

  return {
    get name() {
      return account === null ? gateway.name : nameOfAccount(account);
    },
    identify,
    authorize: proven((request) => gateway.authorize(request)),
    capture: proven((request) => gateway.capture(request)),
    void: proven((request) => gateway.void(request)),
    refund: proven((request) => gateway.refund(request)),
    lookUp: proven((request) => gateway.lookUp(request)),
    list: async (after) => {
      try {
        const reason = await prove();
        return reason === null ? await gateway.list(after) : { kind: 'unavailable', reason };
      } catch (error) {
        if (error instanceof WrongStripeAccount) return { kind: 'unavailable', reason: error.message };
        throw error;
      }
    },
    readWebhook: (body, headers) => gateway.readWebhook(body, headers),
  };
}
