// The Stripe account that a shop's payments are at. A key can be replaced by that of another account, in which the same
// operation would charge a card a second time, so a key has to prove that it belongs to the account that was named.
import type Stripe from 'stripe';
import type { PaymentGateway } from '../payment-gateway.js';

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

/**
 * The same gateway, which sends nothing before the key has proved that it is the account's. It asks once.
 *
 * @throws WrongStripeAccount from every operation and look-up; a page of the books is `unavailable`
 */
export function ofAccount(
  gateway: PaymentGateway,
  stripe: Stripe,
  account: string,
  reasonOf: (error: unknown) => string,
): PaymentGateway {
  let isProven = false;
  /** Returns the reason when Stripe cannot be asked. */
  const prove = async (): Promise<string | null> => {
    if (isProven) return null;
    let actual: string;
    try {
      ({ id: actual } = await stripe.accounts.retrieveCurrent());
    } catch (error) {
      return reasonOf(error);
    }
    if (actual !== account) throw new WrongStripeAccount(account, actual);
    isProven = true;
    return null;
  };
  const proven =
    <Request, Outcome>(operate: (request: Request) => Promise<Outcome>) =>
    async (request: Request): Promise<Outcome | Unavailable> => {
      const reason = await prove();
      return reason === null ? operate(request) : { kind: 'unavailable', reason };
    };
  return {
    name: nameOfAccount(account),
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
