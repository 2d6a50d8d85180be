// The accounts of the card gateways, asked for at the start. Payments record them, so that no operation goes to another one.
import { WrongStripeAccount, type Identified, type PaymentGateway } from '@holdfast/gateways';
import { assertNever } from '@holdfast/kernel';
import { BadSettings } from '../bad-settings.js';
import { all, type Gateways } from './gateways.js';

/**
 * Asks each gateway for its account. A gateway that is away does not keep the program from starting: it is asked again with
 * its first operation.
 *
 * @throws BadSettings for a key that the gateway refuses, or that belongs to another account than the one in the settings
 */
export async function identifyGateways(gateways: Gateways, warn: (message: string) => void): Promise<void> {
  for (const gateway of all(gateways)) {
    const identified = await identifiedBy(gateway);
    switch (identified.kind) {
      case 'known':
        break;
      case 'refused':
        throw new BadSettings(
          `STRIPE_SECRET_KEY: Stripe refuses this key (${identified.reason}). Copy it again from "API keys" in Stripe's dashboard: it may be incomplete, expired or deleted`,
        );
      case 'unnamed':
        warn(
          `Stripe does not let this key read its account (${identified.reason}): ${withoutAccount(gateway)}. Give the restricted key the right to read it`,
        );
        break;
      case 'unavailable':
        warn(
          `Stripe could not be asked for the account of the key (${identified.reason}). New payments record the account from the next start on`,
        );
        break;
      default:
        assertNever(identified);
    }
  }
}

const withoutAccount = ({ name }: PaymentGateway): string =>
  name.includes('/')
    ? 'nothing is sent to Stripe, because the key has to prove that it belongs to STRIPE_ACCOUNT'
    : 'payments record no account';

async function identifiedBy(gateway: PaymentGateway): Promise<Identified> {
  try {
    return (await gateway.identify?.()) ?? { kind: 'known' };
  } catch (error) {
    if (!(error instanceof WrongStripeAccount)) throw error;
    const { expected, actual } = error;
    throw new BadSettings(
      `STRIPE_ACCOUNT: is ${expected}, but STRIPE_SECRET_KEY is a key of ${actual}. Set the key of ${expected}`,
      { cause: error },
    );
  }
}
