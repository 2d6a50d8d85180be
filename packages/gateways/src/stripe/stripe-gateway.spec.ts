// The adapter to Stripe keeps the contract, through Stripe's own client, against a stand-in for its endpoints.
import { describe, expect, test } from '@jest/globals';
import { money, OrderId } from '@holdfast/kernel';
import { paymentReference, type PaymentId } from '@holdfast/payments';
import { fakeEnvironment } from '@holdfast/testing';
import { paymentGatewayContract, type GatewayBench } from '../test/payment-gateway-contract.js';
import { serveStandIn, StripeStandIn } from '../test/stripe-stand-in.js';
import { toStripe } from './stripe-amounts.js';
import { nameOfAccount, WrongStripeAccount } from './stripe-account.js';
import { stripeGateway } from './stripe-gateway.js';

const webhookSecret = 'whsec_for_specs';

async function openStripeBench(): Promise<GatewayBench & { readonly standIn: StripeStandIn }> {
  const environment = fakeEnvironment();
  const { clock } = environment;
  const standIn = new StripeStandIn(webhookSecret, clock.now);
  const { port, close } = await serveStandIn(standIn);
  const server = { host: '127.0.0.1', port, protocol: 'http' } as const;
  const of = (payment: PaymentId) =>
    [...standIn.intents.values()].filter(({ metadata }) =>
      Object.values(metadata).includes(paymentReference(payment)),
    );
  const the = (payment: PaymentId) => standIn.intent(of(payment)[0]?.id ?? '');
  return {
    standIn,
    gateway: stripeGateway({ secretKey: 'sk_test_specs', webhookSecret, clock, server }),
    cards: {
      ok: 'pm_card_visa',
      declined: 'pm_card_chargeDeclined',
      insufficient: 'pm_card_chargeDeclinedInsufficientFunds',
      expired: 'pm_card_chargeDeclinedExpiredCard',
      redirect: 'pm_card_authenticationRequired',
    },
    payOnPage: async (url) => {
      await fetch(url, { method: 'POST' });
    },
    // Stripe's client repeats a request once by itself when its connection breaks.
    loseNextAnswer: () => (standIn.lostAnswers = 2),
    goDown: (isDown) => (standIn.isDown = isDown),
    captureOutside: (payment, amount) => {
      standIn.capture(the(payment), toStripe(amount) ?? 0);
      return Promise.resolve();
    },
    refundOutside: (payment, amount) => {
      standIn.refund(the(payment).id, toStripe(amount) ?? 0, {});
      return Promise.resolve();
    },
    expire: (payment) => {
      the(payment).cancellation_reason = 'automatic';
      standIn.become(the(payment), 'canceled');
      return Promise.resolve();
    },
    count: (payment) => of(payment).length,
    webhooks: () => standIn.webhooks,
    passMs: environment.jump,
    close,
  };
}

paymentGatewayContract('stripe', openStripeBench);

const payment = { orderId: OrderId('o-1'), attempt: 1 };

test('an amount that Stripe can’t charge exactly, or a payment without a card, is declined without a request to Stripe', async () => {
  const { gateway, standIn, close } = await openStripeBench();
  const request = { payment, amount: money.of(1234, 'KWD'), card: 'pm_card_visa', returnUrl: null };
  expect(await gateway.authorize(request)).toMatchObject({ kind: 'declined', code: 'amount_not_chargeable' });
  const cardless = { ...request, amount: money.of(1230, 'KWD'), card: null };
  expect(await gateway.authorize(cardless)).toMatchObject({ kind: 'declined', code: 'card_required' });
  expect(standIn.intents.size).toBe(0);
  await close();
});

test('the report of an outage does not contain the key', async () => {
  const { gateway, standIn, close } = await openStripeBench();
  standIn.isDown = true;
  const request = { payment, amount: money.of(1234, 'EUR'), card: 'pm_card_visa', returnUrl: null };
  expect(await gateway.authorize(request)).toMatchObject({ kind: 'unavailable' });
  expect(JSON.stringify(await gateway.lookUp({ payment, transactionId: 'pi_1' }))).not.toContain('sk_test');
  await close();
});

describe('a gateway of one account', () => {
  const request = {
    payment: { orderId: OrderId('o-1'), attempt: 1 },
    ...{ amount: money.of(1_000, 'EUR'), card: 'pm_card_visa', returnUrl: null },
  };
  const opened = async (account?: string, timeoutMs?: number) => {
    const { clock } = fakeEnvironment();
    const standIn = new StripeStandIn(webhookSecret, clock.now);
    const { port, close } = await serveStandIn(standIn);
    const server = { host: '127.0.0.1', port, protocol: 'http' } as const;
    const gateway = stripeGateway({
      ...{ secretKey: 'sk_test_specs', webhookSecret, clock, server },
      ...(account !== undefined && { account }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return { standIn, close, gateway };
  };

  test('whose key is that of the account › works under the name of the account', async () => {
    const { standIn, close, gateway } = await opened('acct_specs');
    expect(gateway.name).toBe(nameOfAccount('acct_specs'));
    expect(await gateway.authorize(request)).toMatchObject({ kind: 'approved' });
    expect(standIn.intents.size).toBe(1);
    await close();
  });

  test('whose key is that of another account › sends no operation there, and says so by name', async () => {
    const { standIn, close, gateway } = await opened('acct_former');
    const { payment, amount } = request;
    const transactionId = 'pi_1';
    const operations = [
      () => gateway.authorize(request),
      () => gateway.capture({ payment, amount, transactionId }),
      () => gateway.void({ payment, amount, transactionId }),
      () => gateway.refund({ payment, amount, transactionId, refundId: 'r-1' }),
      () => gateway.lookUp({ payment, transactionId: null }),
    ];
    for (const operation of operations) await expect(operation()).rejects.toThrow(WrongStripeAccount);
    expect(await gateway.list(null)).toMatchObject({ kind: 'unavailable' });
    expect(standIn.intents.size).toBe(0);
    await close();
  });

  test('that cannot be asked for its account › is unavailable, and works once it is back', async () => {
    const { standIn, close, gateway } = await opened('acct_specs');
    standIn.isDown = true;
    expect(await gateway.authorize(request)).toMatchObject({ kind: 'unavailable' });
    standIn.isDown = false;
    expect(await gateway.authorize(request)).toMatchObject({ kind: 'approved' });
    await close();
  });

  test('whose key may not read the account › is unavailable, because the key is not proved', async () => {
    const { standIn, close, gateway } = await opened('acct_specs');
    standIn.key = 'restricted';
    expect(await gateway.authorize(request)).toMatchObject({ kind: 'unavailable' });
    expect(standIn.intents.size).toBe(0);
    await close();
  });

  test('that the settings do not name › has the account of the key in its name once it was asked', async () => {
    const { close, gateway } = await opened();
    expect(gateway.name).toBe('stripe');
    expect(await gateway.identify?.()).toEqual({ kind: 'known' });
    expect(gateway.name).toBe(nameOfAccount('acct_specs'));
    await close();
  });

  test('that the settings do not name, and that is away when it is asked › learns its name with a later operation', async () => {
    const { standIn, close, gateway } = await opened();
    standIn.isDown = true;
    expect(await gateway.identify?.()).toMatchObject({ kind: 'unavailable' });
    standIn.isDown = false;
    expect(await gateway.authorize(request)).toMatchObject({ kind: 'approved' });
    expect(gateway.name).toBe(nameOfAccount('acct_specs'));
    await close();
  });

  test('that does not reply › is unavailable when the time is up', async () => {
    const { standIn, close, gateway } = await opened(undefined, 200);
    standIn.isSilent = true;
    expect(await gateway.identify?.()).toMatchObject({ kind: 'unavailable' });
    await close();
  });

  test('that does not know the key › refuses it, and the reason does not contain the key', async () => {
    const { standIn, close, gateway } = await opened();
    standIn.key = 'unknown';
    const identified = await gateway.identify?.();
    expect(identified).toMatchObject({ kind: 'refused' });
    expect(JSON.stringify(identified)).not.toContain('sk_test');
    await close();
  });

  test('that lets the key do everything but read the account › works without an account in its name', async () => {
    const { standIn, close, gateway } = await opened();
    standIn.key = 'restricted';
    expect(await gateway.identify?.()).toMatchObject({ kind: 'unnamed' });
    expect(await gateway.authorize(request)).toMatchObject({ kind: 'approved' });
    expect(gateway.name).toBe('stripe');
    await close();
  });
});
