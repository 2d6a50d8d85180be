// Refunds and returns: never more than was paid or shipped, and each request counts once.
import { describe, expect, test } from '@jest/globals';
import { CustomerId, fold, money, OrderId, Sku, type Money } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import fc from 'fast-check';
import { order, type OrderCommand, type OrderEvent, type OrderLine, type OrderState } from './index.js';

const orderId = OrderId('o-1');
const customerId = CustomerId('c-1');
const eur = (minor: number): Money => money.of(minor, 'EUR');
const line = (sku: string, quantity: number, minor: number): OrderLine => ({
  ...{ sku: Sku(sku), name: sku, quantity },
  unitPrice: eur(minor),
});
const shippingAddress = {
  ...{ name: 'Ada', line1: 'Main St 1', city: 'Graz' },
  ...{ postalCode: '8010', country: 'AT' },
};
/** A mug is in two lines, at two prices: 5,000 in all. */
const lines = [line('MUG', 2, 1000), line('TEA', 3, 500), line('MUG', 1, 1500)];

const placed = (of = lines): OrderEvent => ({
  type: 'OrderPlaced',
  data: {
    ...{ customerId, lines: of, paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC' },
    ...{ coordination: 'ORCHESTRATION', shippingAddress },
  } as const,
});
const reserved: OrderEvent = { type: 'OrderReserved', data: { expiresAt: null } };
const started: OrderEvent = {
  type: 'OrderPaymentStarted',
  data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
};
const paid: OrderEvent = { type: 'OrderPaid', data: { transactionId: 't-1' } };
const confirmed: OrderEvent = { type: 'OrderConfirmed', data: { invoiceNumber: 'INV-1' } };
const isConfirmed = [placed(), reserved, started, paid, confirmed];
const isShipped: readonly OrderEvent[] = [
  ...isConfirmed,
  { type: 'OrderPacked', data: { stock: [], shippingAddress } },
  { type: 'OrderShipped', data: { carrier: 'simulated', trackingNumber: 'T-1', stock: [] } },
];
const cancelled: OrderEvent = { type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED' } };

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 5, 10) + seconds * 1000).toISOString();
const to = { customerId, method: 'WALLET', attempt: 1 } as const;
const ask = (refundId: string, amount: Money | null, by = 'staff:ann', seconds = 0): OrderCommand => ({
  type: 'RequestRefund',
  data: { orderId, refundId, amount, reason: 'broken', by, at: at(seconds) },
});
const asked = (refundId: string, minor: number, by = 'staff:ann', seconds = 0): OrderEvent => ({
  type: 'OrderRefundRequested',
  data: { refundId, amount: eur(minor), ...to, reason: 'broken', by, at: at(seconds) },
});
const record = (refundId: string): OrderCommand => ({ type: 'RecordRefund', data: { orderId, refundId } });
const refuse = (refundId: string): OrderCommand => ({
  type: 'RefuseRefund',
  data: { orderId, refundId, code: 'WalletNotFound' },
});
const refunded = (refundId: string, minor: number): OrderEvent => ({
  type: 'OrderRefunded',
  data: { refundId, amount: eur(minor) },
});
const refused = (refundId: string): OrderEvent => ({
  type: 'OrderRefundRefused',
  data: { refundId, code: 'WalletNotFound' },
});
const takeBack = (
  returnId: string,
  ...units: readonly (readonly [sku: string, quantity: number])[]
): OrderCommand => ({
  type: 'AcceptReturn',
  data: {
    ...{ orderId, returnId, reason: 'too blue' },
    lines: units.map(([sku, quantity]) => ({ sku: Sku(sku), quantity })),
  },
});
const returned = (
  returnId: string,
  minor: number | null,
  ...units: readonly (readonly [sku: string, quantity: number])[]
): OrderEvent => ({
  type: 'OrderReturned',
  data: {
    ...{ returnId, reason: 'too blue' },
    stock: units.map(([sku, quantity]) => ({ sku: Sku(sku), quantity })),
    refund: minor === null ? null : { refundId: returnId, amount: eur(minor), ...to },
  },
});

const requestReturn = (
  requestId: string,
  ...units: readonly (readonly [sku: string, quantity: number])[]
): OrderCommand => ({
  type: 'RequestReturn',
  data: {
    ...{ orderId, requestId, reason: 'too small' },
    lines: units.map(([sku, quantity]) => ({ sku: Sku(sku), quantity })),
  },
});
const decline = (requestId: string): OrderCommand => ({
  type: 'DeclineReturn',
  data: { orderId, requestId, reason: 'too late' },
});

const { given } = deciderSpecification(order);

describe('when staff refund an order', () => {
  test('without an amount the whole rest is refunded', () => {
    given(isConfirmed)
      .when(ask('r1', null))
      .then([asked('r1', 5000)]);
    given([...isConfirmed, asked('r0', 1200), refunded('r0', 1200)])
      .when(ask('r1', null))
      .then([asked('r1', 3800)]);
  });
  test('several parts are refunded, up to the rest and no further', () => {
    given([...isShipped, asked('r1', 3000)])
      .when(ask('r2', eur(2000)))
      .then([asked('r2', 2000)]);
    given([...isShipped, asked('r1', 3000)])
      .when(ask('r2', eur(2001)))
      .thenRejected({ code: 'RefundExceedsPaid', left: eur(2000) });
    given([...isShipped, asked('r1', 5000)])
      .when(ask('r2', null))
      .thenRejected('NothingToRefund');
  });
  test('the same request again does nothing', () => {
    given([...isConfirmed, asked('r1', 5000)])
      .when(ask('r1', null))
      .thenNothing();
  });
  test('two members of staff at once make one refund, and one of them twice makes two', () => {
    given([...isConfirmed, asked('r1', 700)])
      .when(ask('r2', eur(700), 'staff:bob', 20))
      .thenRejected({ code: 'RefundJustMade', amount: eur(700) });
    given([...isConfirmed, asked('r1', 700)])
      .when(ask('r2', eur(700), 'staff:ann', 20))
      .then([asked('r2', 700, 'staff:ann', 20)]);
    given([...isConfirmed, asked('r1', 700)])
      .when(ask('r2', eur(701), 'staff:bob', 20))
      .then([asked('r2', 701, 'staff:bob', 20)]);
    given([...isConfirmed, asked('r1', 700)])
      .when(ask('r2', eur(700), 'staff:bob', 60))
      .then([asked('r2', 700, 'staff:bob', 60)]);
    given([...isConfirmed, asked('r1', 700), refused('r1')])
      .when(ask('r2', eur(700), 'staff:bob', 20))
      .then([asked('r2', 700, 'staff:bob', 20)]);
  });
  test.each([0, -1, 0.5, money.maxMinor + 1])('an amount of %s is refused', (minor) => {
    given(isConfirmed)
      .when(ask('r1', { minor, currency: 'EUR' }))
      .thenRejected('InvalidAmount');
  });
  test('another currency is refused by its name', () => {
    given(isConfirmed)
      .when(ask('r1', money.of(5, 'GBP')))
      .thenRejected({ code: 'CurrencyMismatch', currency: 'EUR' });
  });
  test('an order that cost 0 has nothing to refund', () => {
    const free = [placed([line('GIFT', 1, 0)]), reserved, confirmedWithoutPayment(), confirmed];
    given(free).when(ask('r1', null)).thenRejected('NothingToRefund');
  });
  test('it is refused before the order is confirmed and after its end: the checkout refunds then', () => {
    const before = [placed(), reserved, started, paid];
    given(before).when(ask('r1', null)).thenRejected({ code: 'OrderNotRefundable', status: 'PAID' });
    given([...isConfirmed, cancelled])
      .when(ask('r1', null))
      .thenRejected({ code: 'OrderNotRefundable', status: 'CANCELLED' });
    given([]).when(ask('r1', null)).thenRejected('OrderNotFound');
  });
});

describe('when the payment answers a refund', () => {
  test('it is recorded once, also when the order has ended meanwhile', () => {
    given([...isConfirmed, asked('r1', 700)])
      .when(record('r1'))
      .then([refunded('r1', 700)]);
    given([...isConfirmed, asked('r1', 700), cancelled])
      .when(record('r1'))
      .then([refunded('r1', 700)]);
    given([...isConfirmed, asked('r1', 700), refunded('r1', 700)])
      .when(record('r1'))
      .thenNothing();
    given(isConfirmed).when(record('r1')).thenRejected('RefundNotFound');
  });
  test('after a refusal another request can ask again', () => {
    given([...isConfirmed, asked('r1', 5000)])
      .when(refuse('r1'))
      .then([refused('r1')]);
    given([...isConfirmed, asked('r1', 5000), refused('r1')])
      .when(ask('r2', null))
      .then([asked('r2', 5000)]);
    given([...isConfirmed, asked('r1', 5000), refused('r1')])
      .when(record('r1'))
      .thenNothing();
  });
});

describe('when goods come back', () => {
  test('they are refunded at their sales price, line by line', () => {
    given(isShipped)
      .when(takeBack('b1', ['MUG', 1], ['TEA', 1], ['MUG', 1]))
      .then([returned('b1', 2500, ['MUG', 2], ['TEA', 1])]);
    given([...isShipped, returned('b1', 2000, ['MUG', 2])])
      .when(takeBack('b2', ['MUG', 1]))
      .then([returned('b2', 1500, ['MUG', 1])]);
  });
  test('the same return again does nothing', () => {
    given([...isShipped, returned('b1', 500, ['TEA', 1])])
      .when(takeBack('b1', ['TEA', 1]))
      .thenNothing();
  });
  test('never more units than were shipped and have not come back', () => {
    given([...isShipped, returned('b1', 1000, ['TEA', 2])])
      .when(takeBack('b2', ['TEA', 2]))
      .thenRejected({ code: 'ReturnExceedsShipped', sku: Sku('TEA'), left: 1 });
    given(isShipped)
      .when(takeBack('b1', ['TEA', 2], ['TEA', 2]))
      .thenRejected({ code: 'ReturnExceedsShipped', sku: Sku('TEA'), left: 3 });
    given(isShipped)
      .when(takeBack('b1', ['CUP', 1]))
      .thenRejected({ code: 'ReturnExceedsShipped', sku: Sku('CUP'), left: 0 });
  });
  test('money that was refunded before is not refunded again', () => {
    given([...isShipped, asked('r1', 4800), refunded('r1', 4800)])
      .when(takeBack('b1', ['TEA', 1]))
      .then([returned('b1', 200, ['TEA', 1])]);
    given([...isShipped, asked('r1', 5000)])
      .when(takeBack('b1', ['TEA', 1]))
      .then([returned('b1', null, ['TEA', 1])]);
  });
  test.each([0, -1, 1.5])('a quantity of %s is refused, and the refusal names its line', (quantity) => {
    given(isShipped)
      .when(takeBack('b1', ['TEA', 1], ['MUG', quantity]))
      .thenRejected({ code: 'InvalidQuantity', line: 1 });
  });
  test('units that were not shipped cannot be returned', () => {
    given(isConfirmed)
      .when(takeBack('b1', ['TEA', 1]))
      .thenRejected({ code: 'OrderNotReturnable', status: 'CONFIRMED' });
    given([])
      .when(takeBack('b1', ['TEA', 1]))
      .thenRejected('OrderNotFound');
    given(isShipped).when(takeBack('b1')).thenRejected('InvalidQuantity');
  });
});

/** Units of open requests, at most those that were shipped and have not come back. */
function openUnits(state: OrderState, sku: string): number {
  const requests = 'givenBack' in state ? (state.givenBack?.requests ?? []) : [];
  const open = requests.flatMap((request) => request.open);
  return open.reduce((sum, units) => sum + (units.sku === Sku(sku) ? units.quantity : 0), 0);
}

test('any commands in any order refund at most the payment, and return at most the shipped units', () => {
  const command = fc.oneof(
    fc
      .tuple(fc.nat(5), fc.constantFrom('MUG', 'TEA'), fc.integer({ min: 1, max: 3 }))
      .map(([id, sku, quantity]) => requestReturn(`q${id}`, [sku, quantity])),
    fc.nat(5).map((id) => decline(`q${id}`)),
    fc
      .tuple(fc.nat(5), fc.integer({ min: 1, max: 3000 }), fc.boolean())
      .map(([id, minor, ann]) => ask(`r${id}`, eur(minor), ann ? 'staff:ann' : 'staff:bob', id)),
    fc.nat(5).map((id) => ask(`r${id}`, null)),
    fc
      .tuple(fc.nat(5), fc.constantFrom('MUG', 'TEA'), fc.integer({ min: 1, max: 3 }))
      .map(([id, sku, quantity]) => takeBack(`b${id}`, [sku, quantity])),
    fc.nat(5).map((id) => record(`r${id}`)),
    fc.nat(5).map((id) => refuse(`r${id}`)),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      let state = fold(order, order.initialState, isShipped);
      const open = new Map<string, number>();
      const units = new Map<string, number>();
      for (const one of commands) {
        const decision = order.decide(one, state);
        if (!decision.ok) continue;
        for (const event of decision.value) {
          state = order.evolve(state, event);
          if (event.type === 'OrderRefundRequested') open.set(event.data.refundId, event.data.amount.minor);
          if (event.type === 'OrderRefundRefused') open.delete(event.data.refundId);
          if (event.type !== 'OrderReturned') continue;
          if (event.data.refund !== null) open.set(event.data.returnId, event.data.refund.amount.minor);
          for (const { sku, quantity } of event.data.stock) units.set(sku, (units.get(sku) ?? 0) + quantity);
        }
        expect([...open.values()].reduce((sum, minor) => sum + minor, 0)).toBeLessThanOrEqual(5000);
        expect(units.get('MUG') ?? 0).toBeLessThanOrEqual(3);
        expect(units.get('TEA') ?? 0).toBeLessThanOrEqual(3);
        for (const sku of ['MUG', 'TEA'])
          expect((units.get(sku) ?? 0) + openUnits(state, sku)).toBeLessThanOrEqual(3);
        expect(order.decide(one, state)).toEqual({ ok: true, value: [] });
      }
    }),
    { numRuns: 300 },
  );
});

function confirmedWithoutPayment(): OrderEvent {
  return { type: 'OrderPaymentSkipped', data: {} };
}
