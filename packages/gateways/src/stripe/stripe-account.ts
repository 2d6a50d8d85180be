// The Stripe account that has a shop's payments. A new key may belong to another account, where the same operation would
// charge a card a second time. So a key has to prove that it belongs to the account in the settings.
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
 * Returns the gateway, which sends no operation before a look-up has shown that the key is the account's. It looks once.
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
