// The accounts of the card gateways at the start: a key that is refused keeps the program from starting, an outage does not.
import { expect, test } from '@jest/globals';
import { WrongStripeAccount, type Identified, type PaymentGateway } from '@holdfast/gateways';
import { BadSettings } from '../bad-settings.js';
import { identifyGateways } from './gateway-accounts.js';
import { gatewayNamed, GatewayNotConfigured, GatewayUnavailable, identified } from './gateways.js';

/** A gateway that learns its account when it is asked and says so. */
function stripeThat(says: () => Promise<Identified>): PaymentGateway {
  let account: string | null = null;
  return {
    get name() {
      return account === null ? 'stripe' : `stripe/${account}`;
    },
    identify: async () => {
      const found = await says();
      if (found.kind === 'known') account = 'acct_1';
      return found;
    },
  } as PaymentGateway;
}

const started = async (gateway: PaymentGateway): Promise<readonly string[]> => {
  const warnings: string[] = [];
  await identifyGateways({ current: gateway, former: null }, (message) => warnings.push(message));
  return warnings;
};

test('a key whose account is known › starts without a warning, and payments record the account', async () => {
  const gateway = stripeThat(() => Promise.resolve({ kind: 'known' }));
  expect(await started(gateway)).toEqual([]);
  expect(gateway.name).toBe('stripe/acct_1');
});

test('a key that Stripe refuses › does not start, and the error names the setting', async () => {
  const refusal = { kind: 'refused', reason: 'StripeAuthenticationError' } as const;
  const refused = started(stripeThat(() => Promise.resolve(refusal)));
  await expect(refused).rejects.toThrow(BadSettings);
  await expect(refused).rejects.toThrow(/^STRIPE_SECRET_KEY: Stripe refuses this key/);
});

test('a key of another account than STRIPE_ACCOUNT › does not start, and the error names both accounts', async () => {
  const wrong = started(stripeThat(() => Promise.reject(new WrongStripeAccount('acct_1', 'acct_2'))));
  await expect(wrong).rejects.toThrow(/^STRIPE_ACCOUNT: is acct_1, .* key of acct_2/);
});

test.each(['unavailable', 'unnamed'] as const)(
  'an account that is %s › starts with one warning',
  async (kind) => {
    expect(
      await started(stripeThat(() => Promise.resolve({ kind, reason: 'StripeConnectionError' }))),
    ).toEqual([expect.stringContaining('StripeConnectionError')]);
  },
);

test('a gateway that was away at the start › is asked again for a payment that recorded an account, and carries it out', async () => {
  let says: Identified = { kind: 'unavailable', reason: 'down' };
  const gateway = stripeThat(() => Promise.resolve(says));
  const gateways = { current: gateway, former: null };
  await started(gateway);
  await expect(identified(gateways, 'stripe/acct_1')).rejects.toThrow(GatewayUnavailable);
  says = { kind: 'known' };
  expect(gatewayNamed(await identified(gateways, 'stripe/acct_1'), 'stripe/acct_1')).toBe(gateway);
});

test('a payment of another account than that of the key › is not carried out', async () => {
  const gateways = { current: stripeThat(() => Promise.resolve({ kind: 'known' })), former: null };
  const asked = await identified(gateways, 'stripe/acct_2');
  expect(() => gatewayNamed(asked, 'stripe/acct_2')).toThrow(GatewayNotConfigured);
});
