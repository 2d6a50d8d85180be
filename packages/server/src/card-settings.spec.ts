// The settings of the gateways for cards: one that takes new payments, and one that keeps those that it has.
import { describe, expect, test } from '@jest/globals';
import { readSettings } from './settings.js';
import { shared, production, stripe, simulated } from './test/settings-given.js';

describe('settings', () => {
  test('cards are taken by Stripe, or by the simulated gateway of an address', () => {
    expect(readSettings({ ...production, ...stripe }).cardGateway).toEqual({
      kind: 'stripe',
      secretKey: 'sk_test_1',
      webhookSecret: 'whsec_1',
    });
    const named = { ...production, ...stripe, STRIPE_ACCOUNT: 'acct_1' };
    expect(readSettings(named).cardGateway).toMatchObject({ kind: 'stripe', account: 'acct_1' });
    expect(readSettings({ ...production, ...simulated }).cardGateway).toEqual({
      kind: 'simulated',
      url: 'http://gateway:4010',
      apiKey: 'a',
      webhookSecret: 'b',
    });
  });

  test.each([
    ['stripe', 'stripe', 'simulated'],
    ['simulated', 'simulated', 'stripe'],
  ])(
    'of two gateways %s takes new payments, and the other keeps those that it has',
    (named, takes, keeps) => {
      const settings = readSettings({ ...production, ...stripe, ...simulated, PAYMENT_GATEWAY: named });
      expect(settings.cardGateway?.kind).toBe(takes);
      expect(settings.formerCardGateway?.kind).toBe(keeps);
    },
  );

  test('processes that share the work serve no gateway each of their own', () => {
    expect(readSettings(shared).cardGateway).toBeNull();
    expect(readSettings({ ...shared, ...simulated }).cardGateway).toMatchObject({ kind: 'simulated' });
  });

  test('the gateway that the program serves has a port of its own beside each shop', () => {
    expect(readSettings({ PORT: '5000' }).gatewayPort).toBe(5010);
    expect(readSettings({ PORT: '0' }).gatewayPort).toBe(0);
    expect(readSettings({ PAYMENT_GATEWAY_PORT: '4711' }).gatewayPort).toBe(4711);
  });
});
