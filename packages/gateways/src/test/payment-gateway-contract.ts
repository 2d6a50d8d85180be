// The contract of every payment gateway: one suite for all adapters, without options.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { money, OrderId, type Money } from '@holdfast/kernel';
import type { PaymentId, ReportedRefund } from '@holdfast/payments';
import { eventually } from '@holdfast/testing';
import type { GatewayOutcome, LookedUp, PaymentGateway } from '../payment-gateway.js';

export type ReceivedWebhook = {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
};

/** A gateway under test, and control of its other side. */
export type GatewayBench = {
  readonly gateway: PaymentGateway;
  /** tokens of cards, by their outcome */
  readonly cards: Readonly<Record<'ok' | 'declined' | 'insufficient' | 'expired' | 'redirect', string>>;
  /** acts as the customer on the page at `url` */
  payOnPage(url: string): Promise<void>;
  /** The next operation takes effect, and its response is lost. */
  loseNextAnswer(): void;
  goDown(isDown: boolean): void;
  /** at the gateway's own dashboard */
  captureOutside(payment: PaymentId, amount: Money): Promise<void>;
  refundOutside(payment: PaymentId, amount: Money): Promise<void>;
  expire(payment: PaymentId): Promise<void>;
  /** number of payments that the gateway has for the reference */
  count(payment: PaymentId): number;
  webhooks(): readonly ReceivedWebhook[];
  /** moves the clocks of the gateway and of the shop */
  passMs(ms: number): void;
  close(): Promise<void>;
};

const payment: PaymentId = { orderId: OrderId('o-1'), attempt: 1 };
const returnUrl = 'https://shop.example/orders/o-1';
const eur = (minor: number): Money => money.of(minor, 'EUR');

/** The actions of a shop at the gateway. */
const shopAt = (bench: () => GatewayBench) => {
  const authorize = (amount = eur(6000), card = bench().cards.ok): Promise<GatewayOutcome> =>
    bench().gateway.authorize({ payment, amount, card, returnUrl });
  const authorized = async (amount = eur(6000)): Promise<string> => transactionIdOf(await authorize(amount));
  const capture = (transactionId: string, amount = eur(6000)): Promise<GatewayOutcome> =>
    bench().gateway.capture({ payment, transactionId, amount });
  return {
    authorize,
    authorized,
    capture,
    async captured(): Promise<string> {
      const transactionId = await authorized();
      await capture(transactionId);
      return transactionId;
    },
    undo: (transactionId: string | null): Promise<GatewayOutcome> =>
      bench().gateway.void({ payment, transactionId, amount: eur(6000) }),
    refund: (transactionId: string, refundId: string, amount: Money): Promise<GatewayOutcome> =>
      bench().gateway.refund({ payment, transactionId, refundId, amount }),
    lookUp: (transactionId: string | null = null): Promise<LookedUp> =>
      bench().gateway.lookUp({ payment, transactionId }),
  };
};
type Shop = ReturnType<typeof shopAt>;

function transactionIdOf(outcome: GatewayOutcome): string {
  const report = 'report' in outcome ? outcome.report : null;
  if (report === null) throw new Error(`no payment: ${JSON.stringify(outcome)}`);
  return report.transactionId;
}

const refundsIn = (looked: LookedUp): readonly ReportedRefund[] =>
  looked.kind === 'found' && looked.report.status === 'captured' ? looked.report.refunds : [];

export function paymentGatewayContract(name: string, open: () => Promise<GatewayBench>): void {
  describe(`payment gateway contract: ${name}`, () => {
    let opened: GatewayBench;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const bench = (): GatewayBench => opened;
    const shop = shopAt(bench);
    for (const part of [amountsAndCards, repetitionsAndOutages, captures, voids, refunds, books, webhooks])
      part(bench, shop);
  });
}

function amountsAndCards(bench: () => GatewayBench, { authorize, capture, refund, lookUp }: Shop): void {
  test.each([
    ['EUR', 6000, 2500],
    ['JPY', 6000, 2500],
    ['KWD', 60_000, 25_000],
  ])('row 23: %s %i is authorized, captured and refunded as exactly that', async (currency, all, part) => {
    const amount = money.of(all, currency);
    const transactionId = transactionIdOf(await authorize(amount));
    expect(await lookUp(transactionId)).toMatchObject({ report: { status: 'authorized', amount } });
    const taken = await capture(transactionId, amount);
    expect(taken).toMatchObject({ kind: 'approved', report: { status: 'captured', captured: amount } });
    const back = money.of(part, currency);
    await refund(transactionId, 'r-1', back);
    const report = {
      status: 'captured',
      amount,
      captured: amount,
      refunds: [{ refundId: 'r-1', amount: back }],
    };
    expect(await lookUp(transactionId)).toMatchObject({ kind: 'found', report });
  });

  test.each([
    ['declined', 'card_declined'],
    ['insufficient', 'insufficient_funds'],
    ['expired', 'expired_card'],
  ] as const)('a card that is %s is declined with %s', async (card, code) => {
    expect(await authorize(eur(6000), bench().cards[card])).toMatchObject({
      kind: 'declined',
      code,
      report: { status: 'declined', code },
    });
  });

  test('row 9: a customer who has to pay on a page › nothing is authorized until they have', async () => {
    const outcome = await authorize(eur(6000), bench().cards.redirect);
    expect(outcome).toMatchObject({ kind: 'pending', report: { status: 'pending' } });
    const url = outcome.kind === 'pending' ? outcome.report.redirectUrl : null;
    expect(url).toMatch(/^http/);
    await bench().payOnPage(url ?? '');
    expect(await lookUp(transactionIdOf(outcome))).toMatchObject({ report: { status: 'authorized' } });
  });
}

function repetitionsAndOutages(
  bench: () => GatewayBench,
  { authorize, capture, captured, undo, refund, lookUp }: Shop,
): void {
  test('row 24: the same operation sent several times at once takes effect once', async () => {
    const outcomes = await Promise.all([authorize(), authorize(), authorize()]);
    const again = outcomes.some(({ kind }) => kind === 'unavailable') ? await authorize() : outcomes[0];
    expect(again).toMatchObject({ kind: 'approved' });
    expect(bench().count(payment)).toBe(1);
  });

  test('row 24: a lost response leaves the outcome unknown, and a repeated request finds the same payment', async () => {
    bench().loseNextAnswer();
    expect(await authorize()).toMatchObject({ kind: 'unavailable' });
    const outcome = await authorize();
    expect(outcome).toMatchObject({ kind: 'approved', report: { status: 'authorized' } });
    expect(bench().count(payment)).toBe(1);
    const transactionId = transactionIdOf(outcome);
    await capture(transactionId, eur(6000));
    bench().loseNextAnswer();
    expect(await refund(transactionId, 'r-1', eur(10))).toMatchObject({ kind: 'unavailable' });
    expect(await refund(transactionId, 'r-1', eur(10))).toMatchObject({ kind: 'approved' });
    expect(await lookUp(transactionId)).toMatchObject({ report: { refunds: [{ amount: eur(10) }] } });
  });

  test('a gateway that is down › every operation has an unknown outcome, and works later', async () => {
    const transactionId = await captured();
    bench().goDown(true);
    expect(await authorize()).toMatchObject({ kind: 'unavailable' });
    expect(await undo(transactionId)).toMatchObject({ kind: 'unavailable' });
    expect(await refund(transactionId, 'r-1', eur(10))).toMatchObject({ kind: 'unavailable' });
    expect(await lookUp(transactionId)).toMatchObject({ kind: 'unavailable' });
    bench().goDown(false);
    expect(await refund(transactionId, 'r-1', eur(10))).toMatchObject({ kind: 'approved' });
  });
}

function captures(bench: () => GatewayBench, { authorized, capture, refund }: Shop): void {
  test('row 17: less can be captured than is authorized, more cannot', async () => {
    const transactionId = await authorized();
    const more = await capture(transactionId, eur(6001));
    expect(more).toMatchObject({ kind: 'declined', report: { status: 'authorized' } });
  });
  test('row 17: the rest of a capture of less is released', async () => {
    const transactionId = await authorized();
    const less = await capture(transactionId, eur(4000));
    expect(less).toMatchObject({ report: { status: 'captured', amount: eur(6000), captured: eur(4000) } });
    expect(await refund(transactionId, 'r-1', eur(4001))).toMatchObject({ kind: 'declined' });
  });

  test('row 10: after a capture at the dashboard a capture is refused, with the amount that was captured', async () => {
    const transactionId = await authorized();
    await bench().captureOutside(payment, eur(6000));
    const outcome = await capture(transactionId, eur(6000));
    expect(outcome).toMatchObject({
      kind: 'declined',
      report: { status: 'captured', captured: eur(6000) },
    });
  });

  test('row 16: an authorization that expired can’t be captured', async () => {
    const transactionId = await authorized();
    await bench().expire(payment);
    const outcome = await capture(transactionId, eur(6000));
    expect(outcome).toMatchObject({ kind: 'declined', report: { status: 'expired' } });
  });
}

function voids(bench: () => GatewayBench, { authorize, authorized, captured, undo, lookUp }: Shop): void {
  test('row 15: a void ends an authorization, also an expired one, and a repeated void has the same outcome', async () => {
    const transactionId = await authorized();
    expect(await undo(transactionId)).toMatchObject({ kind: 'approved', report: { status: 'voided' } });
    expect(await undo(transactionId)).toMatchObject({ kind: 'approved', report: { status: 'voided' } });
  });
  test('row 15: a void of an expired authorization finds it expired', async () => {
    const transactionId = await authorized();
    await bench().expire(payment);
    expect(await undo(transactionId)).toMatchObject({ report: { status: 'expired' } });
  });

  test('a void of a payment that the gateway does not know › bars it', async () => {
    const outcome = await undo(null);
    expect(outcome).toMatchObject({ kind: 'approved', report: { status: 'voided' } });
    expect(await authorize()).toMatchObject({ kind: 'declined', report: { status: 'voided' } });
    expect(await lookUp(transactionIdOf(outcome))).toMatchObject({ report: { status: 'voided' } });
  });

  test('row 11: a void of a captured payment is refused, with the captured amount', async () => {
    const transactionId = await captured();
    expect(await undo(transactionId)).toMatchObject({
      kind: 'declined',
      report: { status: 'captured', captured: eur(6000) },
    });
  });
}

function refunds(bench: () => GatewayBench, { captured, refund, lookUp }: Shop): void {
  test('row 21: one request for a refund makes one refund, however often it is sent; two equal requests make two', async () => {
    const transactionId = await captured();
    await refund(transactionId, 'r-1', eur(10));
    await refund(transactionId, 'r-1', eur(10));
    await refund(transactionId, 'r-2', eur(10));
    const looked = await lookUp(transactionId);
    expect(looked).toMatchObject({ report: { refunds: [{ refundId: 'r-1' }, { refundId: 'r-2' }] } });
    expect(refundsIn(looked)).toHaveLength(2);
    expect(await refund(transactionId, 'r-3', eur(5981))).toMatchObject({ kind: 'declined' });
  });

  test('row 20: a refund at the gateway’s dashboard has the gateway’s id', async () => {
    const transactionId = await captured();
    await bench().refundOutside(payment, eur(10));
    const [made] = refundsIn(await lookUp(transactionId));
    expect(made).toMatchObject({ amount: eur(10), refundId: made?.transactionId });
  });

  test('a look-up of an unknown payment finds nothing', async () => {
    expect(await lookUp()).toEqual({ kind: 'unknown' });
  });
}

function books(bench: () => GatewayBench, { captured, refund }: Shop): void {
  test('the books have every payment once, with its captured and refunded amounts, page by page', async () => {
    const transactionId = await captured();
    await refund(transactionId, 'r-1', eur(10));
    await bench().refundOutside(payment, eur(5));
    const more = Array.from({ length: 120 }, (_, n) => ({ orderId: OrderId(`more-${n}`), attempt: 1 }));
    for (const one of more) {
      const card = bench().cards.ok;
      await bench().gateway.authorize({ payment: one, amount: eur(100), card, returnUrl });
    }
    const booked = [];
    let next: string | null = null;
    do {
      const listed = await bench().gateway.list(next);
      if (listed.kind !== 'page') throw new Error(listed.reason);
      booked.push(...listed.payments);
      next = listed.next;
    } while (next !== null);
    expect(new Set(booked.map((one) => one.transactionId)).size).toBe(121);
    expect(booked).toHaveLength(121);
    expect(booked).toContainEqual({ payment, transactionId, captured: eur(6000), refunded: eur(15) });
    expect(booked.filter((one) => one.captured.minor === 0)).toHaveLength(120);
  });

  test('the books of a gateway that is down are unavailable', async () => {
    bench().goDown(true);
    expect(await bench().gateway.list(null)).toMatchObject({ kind: 'unavailable' });
  });
}

function webhooks(bench: () => GatewayBench, { authorized }: Shop): void {
  test('row 25: a webhook is accepted by the signature of its raw body, and only for a short time', async () => {
    const transactionId = await authorized();
    const [webhook] = await eventually(() => {
      expect(bench().webhooks()).not.toEqual([]);
      return bench().webhooks();
    });
    const { body, headers } = webhook as ReceivedWebhook;
    const read = (of: Uint8Array, as = headers) => bench().gateway.readWebhook(of, as);
    expect(read(body)).toMatchObject({ kind: 'notice', notice: { payment, transactionId } });
    const parsed = Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1));
    expect(read(parsed)).toMatchObject({ kind: 'refused' });
    expect(read(body, {})).toMatchObject({ kind: 'refused' });
    const forged = Object.entries(headers).map(([key, value]) => [
      key,
      typeof value === 'string'
        ? value.replace(/v1=./, (sign) => (sign === 'v1=0' ? 'v1=1' : 'v1=0'))
        : value,
    ]);
    expect(read(body, Object.fromEntries(forged) as typeof headers)).toMatchObject({ kind: 'refused' });
    bench().passMs(6 * 60 * 1000);
    expect(read(body)).toMatchObject({ kind: 'refused' });
  });
}
