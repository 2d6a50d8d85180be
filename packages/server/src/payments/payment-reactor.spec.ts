// Payments at a gateway with faults, through reactors, inbox and aggregate together. Row numbers are those of the cases
// that other shops get wrong.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PaymentGateway } from '@holdfast/gateways';
import { OrderId, type RecordedEvent } from '@holdfast/kernel';
import { paymentStream, webhookStream } from '@holdfast/payments';
import { eventually } from '@holdfast/testing';
import { eur, id, openPaymentRig, referenceOf, type PaymentRig } from '../test/payment-rig.js';
import { GatewayUnavailable } from './gateways.js';
import { paymentReactor } from './payment-reactor.js';
import { webhookDoor } from './webhooks.js';

let rig: PaymentRig;
beforeEach(async () => {
  rig = await openPaymentRig();
});
afterEach(() => rig.close());

const authorized = ['PaymentRequested', 'PaymentAuthorized'];
const captured = [...authorized, 'PaymentCaptureRequested', 'PaymentCaptured'];
const booked = () => rig.server.payments();
const pay = async (): Promise<void> => {
  await rig.request();
  await rig.until(authorized);
  await rig.capture();
  await rig.until(captured);
};
const payOnPage = async (choice = 'pay'): Promise<void> => {
  const [offered] = (await rig.store.readStream(paymentStream(id))).filter(
    ({ type }) => type === 'PaymentRedirectOffered',
  );
  const { url } = offered?.data as { readonly url: string };
  await fetch(url, { method: 'POST', body: new URLSearchParams({ choice }) });
};
const taken = (count: number): Promise<void> =>
  eventually(() => {
    expect(rig.taken).toHaveLength(count);
  });
const inbox = async (): Promise<number> =>
  (await rig.store.readAll({ filter: { streamPrefixes: ['webhook-'] }, limit: 100 })).length;

describe('a payment', () => {
  test('is authorized, captured and refunded at the gateway, each once', async () => {
    await pay();
    await rig.refund('r-1', eur(1000));
    await rig.until([...captured, 'PaymentRefundRequested', 'PaymentRefunded']);
    await rig.rest();
    expect(booked()).toMatchObject([
      { captured: eur(6000), refunds: [{ refundId: 'r-1', amount: eur(1000) }] },
    ]);
    expect(await rig.types()).toHaveLength(6);
  });
  test.each([
    ['tok_declined', 'card_declined'],
    ['tok_insufficient', 'insufficient_funds'],
    ['tok_expired', 'expired_card'],
  ])('with %s is declined', async (card, code) => {
    await rig.request(eur(6000), card);
    await rig.until(['PaymentRequested', 'PaymentDeclined']);
    expect((await rig.store.readStream(paymentStream(id))).at(-1)?.data).toMatchObject({ code });
  });
  test('that is declined, and whose void is lost on its way › does not count as voided: the void is sent again', async () => {
    await rig.request(eur(6000), 'tok_declined');
    await rig.until(['PaymentRequested', 'PaymentDeclined']);
    const [, declined] = await rig.store.readStream(paymentStream(id));
    const { transactionId } = declined?.data as { readonly transactionId: string };
    const asked = { ...(declined as RecordedEvent), type: 'PaymentVoidRequested' };
    const deaf: PaymentGateway = {
      ...rig.gateway,
      void: () => Promise.resolve({ kind: 'unavailable', reason: 'lost' }),
    };
    const reactor = paymentReactor({ current: deaf, former: null }, rig.commands);
    const effect = reactor.react({ ...asked, data: { transactionId, amount: eur(6000) } });
    await expect(effect?.('key')).rejects.toThrow(GatewayUnavailable);
  });
  test.each([
    ['JPY', 6000],
    ['KWD', 6001],
  ])('row 23: of %s %i › is exactly that in charge, capture, refund and webhook', async (currency, minor) => {
    const amount = { minor, currency };
    await rig.request(amount);
    await rig.until(authorized);
    await rig.server.dashboard.capture(referenceOf(), amount);
    await rig.until([...authorized, 'PaymentCaptured']);
    expect((await rig.store.readStream(paymentStream(id))).at(-1)?.data).toMatchObject({ amount });
    await rig.refund('r-1', { minor: 1, currency });
    await rig.until([...authorized, 'PaymentCaptured', 'PaymentRefundRequested', 'PaymentRefunded']);
    expect(booked()).toMatchObject([
      { amount, captured: amount, refunds: [{ amount: { minor: 1, currency } }] },
    ]);
  });
  test('row 17: that is captured in part › the rest is released', async () => {
    await rig.request();
    await rig.until(authorized);
    await rig.capture(eur(4000));
    await rig.until(captured);
    expect(booked()).toMatchObject([{ status: 'captured', captured: eur(4000) }]);
    await expect(rig.server.dashboard.capture(referenceOf(), eur(2000))).rejects.toThrow();
    expect(await rig.refund('r-1', eur(4001))).toMatchObject({ rejection: { left: eur(4000) } });
  });
});

describe('webhooks', () => {
  test('row 1: the customer’s return and the webhook at once › one authorization', async () => {
    await rig.request(eur(6000), 'tok_redirect');
    await rig.until(['PaymentRequested', 'PaymentRedirectOffered']);
    await Promise.all([payOnPage(), rig.comeBack('back-1'), rig.comeBack('back-2')]);
    await rig.comeBack('back-3');
    await taken(1);
    await rig.until(['PaymentRequested', 'PaymentRedirectOffered', 'PaymentAuthorized']);
    await rig.rest();
    expect(await rig.types()).toEqual(['PaymentRequested', 'PaymentRedirectOffered', 'PaymentAuthorized']);
  });
  test('row 2: many that arrive at once › each is taken, and the payment moves once', async () => {
    rig.server.behave({ copies: 20 });
    await pay();
    await taken(40);
    await rig.rest();
    expect(rig.taken.toSorted()).toEqual(
      [
        ...Array.from({ length: 2 }, () => 'received'),
        ...Array.from({ length: 38 }, () => 'repeated'),
      ].toSorted(),
    );
    expect(await rig.types()).toEqual(captured);
  });
  test('row 3: about a payment that is not requested yet › is kept, and counts once it is requested', async () => {
    const request = { payment: id, amount: eur(6000), card: 'tok_ok', returnUrl: null };
    await rig.gateway.authorize(request);
    await rig.until(['PaymentReportKept']);
    expect(rig.taken).toEqual(['received']);
    await rig.request();
    await rig.until(['PaymentReportKept', ...authorized]);
    await rig.rest();
    expect(booked()).toHaveLength(1);
  });
  test('row 3: about a payment that is not ours › is kept in the inbox, and nothing else happens', async () => {
    const payment = { orderId: OrderId('o-9'), attempt: 1 };
    const notice = { id: 'evt-1', type: 'payment.authorized', transactionId: 'tx', payment: null };
    const commands = {
      handle: (command: never) => rig.ask(command),
      load: () => Promise.reject(new Error('unused')),
    };
    const gateway = { ...rig.gateway, readWebhook: () => ({ kind: 'notice', notice }) as const };
    const door = webhookDoor({
      ...{ gateways: { current: gateway, former: null }, commands: commands as never, store: rig.store },
    });
    expect(await door(new Uint8Array(), {})).toMatchObject({ outcome: 'received' });
    await rig.rest();
    expect(await rig.store.readStream(webhookStream('evt-1'))).toMatchObject([{ data: { payment: null } }]);
    expect(await rig.types(payment)).toEqual([]);
  });
  test('row 4: before the answer to what caused them › the payment moves once', async () => {
    rig.server.behave({ webhooks: 'before' });
    await pay();
    await rig.rest();
    expect(await rig.types()).toEqual(captured);
  });
  test('row 6: long after everything is done › are taken, kept, and have no effect', async () => {
    rig.server.behave({ webhooks: 'held' });
    await pay();
    await rig.refund('r-1');
    await rig.until([...captured, 'PaymentRefundRequested', 'PaymentRefunded']);
    const before = await rig.types();
    await rig.server.releaseWebhooks();
    await rig.rest();
    expect(rig.taken).toEqual(['received', 'received', 'received']);
    expect(await inbox()).toBe(3);
    expect(await rig.types()).toEqual(before);
  });
  test('row 7: the same one three times at once › is in the inbox once, and the payment moves once', async () => {
    rig.server.behave({ copies: 3 });
    await rig.request();
    await rig.until(authorized);
    await taken(3);
    expect(rig.taken.toSorted()).toEqual(['received', 'repeated', 'repeated']);
    await rig.rest();
    expect(await inbox()).toBe(1);
    expect(await rig.types()).toEqual(authorized);
  });
  test('row 8: in reverse › the payment is where the gateway has it', async () => {
    await rig.request(eur(6000), 'tok_redirect');
    await rig.until(['PaymentRequested', 'PaymentRedirectOffered']);
    rig.server.behave({ webhooks: 'held' });
    await payOnPage();
    await rig.server.dashboard.capture(referenceOf(), eur(6000));
    await rig.server.releaseWebhooks('newest-first');
    await rig.until(['PaymentRequested', 'PaymentRedirectOffered', 'PaymentAuthorized', 'PaymentCaptured']);
  });
  test('row 9: a customer who leaves the page › nothing is paid', async () => {
    await rig.request(eur(6000), null);
    await rig.until(['PaymentRequested', 'PaymentRedirectOffered']);
    await payOnPage('leave');
    await rig.comeBack('back-1');
    await rig.rest();
    expect(await rig.types()).toEqual(['PaymentRequested', 'PaymentRedirectOffered']);
  });
  test('row 25: with a wrong signature › are refused, and leave nothing', async () => {
    const door = webhookDoor({
      ...{ gateways: { current: rig.gateway, former: null }, commands: null as never, store: rig.store },
    });
    const forged = await door(Buffer.from('{"id":"evt-1"}'), {
      'holdfast-signature': `t=1,v1=${'0'.repeat(64)}`,
    });
    expect(forged).toEqual({ outcome: 'refused', message: 'wrong signature' });
    expect(await inbox()).toBe(0);
  });
});

describe('outside the shop', () => {
  test('row 10: captured at the dashboard while the shop captures › one capture, which is success', async () => {
    await rig.request();
    await rig.until(authorized);
    rig.server.behave({ webhooks: 'held' });
    await rig.server.dashboard.capture(referenceOf(), eur(6000));
    await rig.capture();
    await rig.until(captured);
    expect(booked()).toMatchObject([{ captured: eur(6000), refunds: [] }]);
  });
  test('row 20: refunded at the dashboard › is recorded, and less is left', async () => {
    await pay();
    await rig.server.dashboard.refund(referenceOf(), eur(5000));
    await rig.until([...captured, 'PaymentRefunded']);
    expect(await rig.refund('r-1', eur(1001))).toMatchObject({ rejection: { left: eur(1000) } });
  });
  test('row 16: the authorization expires › is recorded, and a capture is refused by name', async () => {
    await rig.request();
    await rig.until(authorized);
    await rig.server.dashboard.expire(referenceOf());
    await rig.until([...authorized, 'PaymentAuthorizationExpired']);
    expect(await rig.capture()).toMatchObject({ rejection: { code: 'AuthorizationExpired' } });
  });
});

describe('undoing', () => {
  test('row 15: an authorization › voids it at the gateway', async () => {
    await rig.request();
    await rig.until(authorized);
    await rig.undo();
    await rig.until([...authorized, 'PaymentVoidRequested', 'PaymentVoided']);
    expect(booked()).toMatchObject([{ status: 'voided' }]);
  });
  test('row 11: a capture › refunds it', async () => {
    await pay();
    await rig.undo();
    await rig.until([...captured, 'PaymentRefundRequested', 'PaymentRefunded']);
    expect(booked()).toMatchObject([{ refunds: [{ amount: eur(6000) }] }]);
  });
  test('row 14: a capture at the dashboard at the same moment › the gateway’s real state decides', async () => {
    await rig.request();
    await rig.until(authorized);
    rig.server.behave({ webhooks: 'held' });
    await rig.server.dashboard.capture(referenceOf(), eur(6000));
    await rig.undo();
    const refunds = ['PaymentCaptured', 'PaymentRefundRequested', 'PaymentRefunded'];
    await rig.until([...authorized, 'PaymentVoidRequested', ...refunds]);
    expect(booked()).toMatchObject([{ status: 'captured', refunds: [{ amount: eur(6000) }] }]);
  });
  test('row 14: an order that is cancelled in one tab and paid in the other › holds no money', async () => {
    await rig.request(eur(6000), 'tok_redirect');
    await rig.until(['PaymentRequested', 'PaymentRedirectOffered']);
    await Promise.all([rig.undo(), payOnPage()]);
    await rig.environment.until(200, async () => {
      expect((await rig.types()).at(-1)).toBe('PaymentVoided');
    });
    expect(booked()).toMatchObject([{ status: 'voided' }]);
  });
  test('row 22: a new attempt over another amount › is another payment, and the old one is closed', async () => {
    const second = { ...id, attempt: 2 };
    await rig.request(eur(6000), 'tok_declined');
    await rig.until(['PaymentRequested', 'PaymentDeclined']);
    await rig.undo();
    await rig.until(['PaymentRequested', 'PaymentDeclined', 'PaymentVoidRequested', 'PaymentVoided']);
    await rig.request(eur(5000), 'tok_ok', second);
    await rig.until(authorized, second);
    expect(booked()).toMatchObject([
      { status: 'voided', amount: eur(6000) },
      { status: 'authorized', amount: eur(5000) },
    ]);
  });
});

describe('refunds', () => {
  test('row 21: a double click is one, two that are meant are two', async () => {
    await pay();
    await Promise.all([rig.refund('r-1', eur(10)), rig.refund('r-1', eur(10)), rig.refund('r-2', eur(10))]);
    const twice = ['PaymentRefundRequested', 'PaymentRefundRequested', 'PaymentRefunded', 'PaymentRefunded'];
    await rig.environment.until(200, async () => {
      expect((await rig.types()).slice(captured.length).toSorted()).toEqual(twice.toSorted());
    });
    expect(booked()[0]?.refunds.map(({ amount }) => amount)).toEqual([eur(10), eur(10)]);
  });
});

describe('a gateway that is away', () => {
  test('row 24: whose answers are lost › is asked again under the same key, and charges once', async () => {
    rig.server.behave({ lostAnswers: 2, webhooks: 'held' });
    await rig.request();
    await rig.until(authorized);
    rig.server.behave({ lostAnswers: 2 });
    await rig.capture();
    await rig.until(captured);
    expect(booked()).toMatchObject([{ status: 'captured', captured: eur(6000) }]);
  });
  test('for a while › is asked again later', async () => {
    rig.server.behave({ isDown: true });
    await rig.request();
    await rig.environment.advance(50);
    rig.server.behave({ isDown: false });
    await rig.until(authorized);
  });
  test('for long › is given up, which is an event; a later request works', async () => {
    await pay();
    rig.server.behave({ isDown: true });
    await rig.undo();
    await rig.until([...captured, 'PaymentRefundRequested', 'PaymentGatewayGivenUp']);
    rig.server.behave({ isDown: false });
    await rig.undo();
    const events = [
      'PaymentRefundRequested',
      'PaymentGatewayGivenUp',
      'PaymentRefundRequested',
      'PaymentRefunded',
    ];
    await rig.until([...captured, ...events]);
    expect(booked()).toMatchObject([{ refunds: [{ amount: eur(6000) }] }]);
  });
  test('because a bank never answers › is given up, and the void that follows bars the payment', async () => {
    await rig.close();
    rig = await openPaymentRig({ timeoutMs: 100 });
    await rig.request(eur(6000), 'tok_timeout');
    await rig.until(['PaymentRequested', 'PaymentGatewayGivenUp']);
    await rig.undo();
    await rig.until(['PaymentRequested', 'PaymentGatewayGivenUp', 'PaymentVoidRequested', 'PaymentVoided']);
    expect(booked()).toMatchObject([{ status: 'voided' }]);
  });
});
