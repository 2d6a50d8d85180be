// Each policy by itself, in events and commands: what it states, what it asks for, and when it gives back.
import { describe, test } from '@jest/globals';
import type { Step } from '@holdfast/checkout';
import { CustomerId, money, OrderId, Sku, type DomainEvent, type RecordedEvent } from '@holdfast/kernel';
import { processSpecification, received, recorder } from '@holdfast/testing';
import {
  createInventoryPolicy,
  createOrderingPolicy,
  createPaymentPolicy,
  type InventoryPolicyEvent,
  type OrderingPolicyEvent,
  type PaymentPolicyEvent,
  type PolicyInput,
} from './index.js';

const settings = { reservationTtlMs: 900_000, paymentTimeoutMs: 300_000, paymentAttempts: 2 };
const inventory = processSpecification(createInventoryPolicy());
const payment = processSpecification(createPaymentPolicy(settings));
const ordering = processSpecification(createOrderingPolicy(settings));

const at = '2026-01-01T00:00:00.000Z';
const inFive = '2026-01-01T00:05:00.000Z';
const inFifteen = '2026-01-01T00:15:00.000Z';
const orderId = OrderId('o1');
const customerId = CustomerId('c1');
const tea = Sku('TEA');
const cup = Sku('CUP');
const amount = money.of(20, 'EUR');
const shippingAddress = { name: 'A', line1: '1', city: 'C', postalCode: 'P', country: 'NL' };
const transactionId = 'tx-1';

const inOrder = recorder();
const event = (stream: string, one: DomainEvent) => {
  const recorded = inOrder(stream, one) as RecordedEvent<PolicyInput>;
  return { ...received(recorded), at };
};
const positionOf = (input: ReturnType<typeof event>): number =>
  input.kind === 'event' ? input.position : -1;
const line = (sku: Sku) => ({ sku, name: sku, quantity: 1, unitPrice: money.of(10, 'EUR') });
const placed = (paymentMode: 'AUTOMATIC' | 'ON_CONFIRMATION', paymentMethod = 'WALLET') =>
  event('order-o1', {
    type: 'OrderPlaced',
    data: {
      ...{ customerId, lines: [line(tea), line(cup)], paymentMethod, paymentMode, shippingAddress },
      coordination: 'CHOREOGRAPHY',
    },
  });
const began = { definition: 'stock-first', definitionVersion: 2, orderId } as const;
const stock = [
  { sku: tea, quantity: 1 },
  { sku: cup, quantity: 1 },
];
const ofStock = (sku: Sku, type: string, data: object = { quantity: 1 }) =>
  event(`stock-${sku}`, { type, data: { orderId, ...data } });
const stated = (policy: string, type: string, data: object = {}) => event(`${policy}-o1`, { type, data });
const ended = event('order-o1', { type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED' } });
const undone = (step: Step, by: ReturnType<typeof event>) =>
  ({ type: 'StepUndone', data: { step, position: positionOf(by) } }) as const;
const added = (step: Step, by: ReturnType<typeof event>) =>
  ({ type: 'UndoAdded', data: { step, position: positionOf(by) } }) as const;

describe('inventory’s policy', () => {
  const { given } = inventory;
  const isStarted: InventoryPolicyEvent = { type: 'InventoryPolicyStarted', data: { ...began, stock } };
  const has = (sku: Sku): InventoryPolicyEvent => ({ type: 'StockSecured', data: { sku } });
  const all: InventoryPolicyEvent = { type: 'AllStockSecured', data: {} };
  const releasing = (...undo: Step[]): InventoryPolicyEvent => ({
    type: 'StockReleaseStarted',
    data: { undo },
  });

  test('when an order is placed › reserves every SKU, and states once that it has all', () => {
    given([]).when(placed('AUTOMATIC')).then([isStarted]).thenPending('reserve:TEA', 'reserve:CUP');
    const last = ofStock(cup, 'StockReserved');
    given([isStarted, has(tea)])
      .when(last, last)
      .then([has(cup), all])
      .thenPending();
  });

  test('when a SKU is refused › states it after the last answer, and releases what was reserved', () => {
    const refused = ofStock(cup, 'StockReservationRefused', { requested: 1, available: 0 });
    const denied: InventoryPolicyEvent = {
      type: 'StockDenied',
      data: { sku: cup, requested: 1, available: 0 },
    };
    const message = 'Out of stock: CUP (0 of 1)';
    given([isStarted, has(tea)])
      .when(refused)
      .then([
        denied,
        { type: 'StockUnavailable', data: { reason: 'OUT_OF_STOCK', message } },
        releasing('release:TEA'),
      ])
      .thenPending('release:TEA');
  });

  test.each([
    ['payment fails', stated('paymentpolicy', 'PaymentFailed', { reason: 'PAYMENT_TIMEOUT', message: '' })],
    ['the order ends', ended],
  ])('when %s › releases every SKU, once', (_, input) => {
    given([isStarted, has(tea), has(cup), all])
      .when(input, input)
      .then([releasing('release:TEA', 'release:CUP')])
      .thenPending('release:TEA', 'release:CUP');
  });

  test('when a reservation succeeds after its release › releases it again', () => {
    const [gone, late] = [ofStock(tea, 'StockReleased'), ofStock(tea, 'StockReserved')];
    given([isStarted, releasing('release:TEA')])
      .when(gone, late)
      .then([undone('release:TEA', gone), added('release:TEA', late)]);
  });
});

describe('payment’s policy', () => {
  const { given } = payment;
  const started = (
    paymentMode: 'AUTOMATIC' | 'ON_CONFIRMATION',
    method: 'WALLET' | 'CARD',
  ): PaymentPolicyEvent => ({
    type: 'PaymentPolicyStarted',
    data: { ...began, customerId, total: amount, paymentMethod: method, paymentMode },
  });
  const asked = (
    method: 'WALLET' | 'CARD',
    attempt = 1,
    cardToken: string | null = null,
  ): readonly PaymentPolicyEvent[] => [
    { type: 'FundsRequested', data: { method, attempt, cardToken, returnUrl: null } },
    { type: 'DeadlineSet', data: { deadline: 'payment', dueAt: inFive } },
  ];
  const held: PaymentPolicyEvent = { type: 'FundsSecured', data: {} };
  const paid: PaymentPolicyEvent = { type: 'PaymentCompleted', data: { transactionId } };
  const returning = (...undo: Step[]): PaymentPolicyEvent => ({
    type: 'MoneyReturnStarted',
    data: { undo },
  });
  const secured = stated('inventorypolicy', 'AllStockSecured');
  const began2 = (attempt: number) =>
    event('order-o1', {
      type: 'OrderPaymentStarted',
      data: { method: 'CARD', attempt, cardToken: `tok_${attempt}`, returnUrl: null },
    });
  const told = (type: string, data: object, attempt = 1) =>
    event(`payment-o1.${attempt}`, { type, data: { transactionId, ...data } });
  const byWallet = [started('AUTOMATIC', 'WALLET'), ...asked('WALLET')];
  const byCard = [started('ON_CONFIRMATION', 'CARD'), ...asked('CARD', 1, 'tok_1')];

  test('by wallet › holds once the stock is secured, captures, and states that the order is paid', () => {
    given([])
      .when(placed('AUTOMATIC'))
      .then([started('AUTOMATIC', 'WALLET')])
      .thenPending();
    given(byWallet.slice(0, 1))
      .when(secured, secured)
      .then(asked('WALLET'))
      .thenPending('hold-funds', 'deadline:payment');
    const hold = event('wallet-c1', { type: 'FundsHeld', data: { orderId, amount } });
    given(byWallet).when(hold, hold).then([held]).thenPending('capture-funds', 'deadline:payment');
  });

  test('by card › asks the gateway once the order says so, captures, and states that the order is paid', () => {
    const authorized = told('PaymentAuthorized', { amount, expiresAt: null });
    const captured = told('PaymentCaptured', { amount });
    given(byCard.slice(0, 1)).when(secured).thenNothing();
    given(byCard.slice(0, 1))
      .when(began2(1))
      .then(asked('CARD', 1, 'tok_1'))
      .thenPending('authorize-card:1', 'deadline:payment');
    given(byCard).when(authorized).then([held]).thenPending('capture-card:1', 'deadline:payment');
    given([...byCard, held])
      .when(captured, captured)
      .then([paid])
      .thenPending();
  });

  test('by card that is declined › states that another may do, and closes the first; the last fails', () => {
    const declined = told('PaymentDeclined', { code: 'card_declined' });
    const note = (attempt: number, by: ReturnType<typeof event>): PaymentPolicyEvent => ({
      type: 'CardDeclined',
      data: { attempt, code: 'card_declined', position: positionOf(by) },
    });
    const words = { reason: 'PAYMENT_DECLINED', message: 'The card was declined' } as const;
    const first: readonly PaymentPolicyEvent[] = [
      note(1, declined),
      added('void-card:1', declined),
      { type: 'AnotherAttemptAllowed', data: { attempt: 1, code: 'card_declined', ...words } },
    ];
    given(byCard).when(declined, declined).then(first).thenPending('void-card:1');
    const again = told('PaymentDeclined', { code: 'card_declined' }, 2);
    given([...byCard, ...first, ...asked('CARD', 2, 'tok_2')])
      .when(again)
      .then([note(2, again), { type: 'PaymentFailed', data: words }, returning('void-card:2')]);
  });

  test('when the order ends › gives back by what was done, and what comes later too', () => {
    given([started('AUTOMATIC', 'WALLET')])
      .when(ended)
      .then([returning()])
      .thenPending();
    given(byWallet)
      .when(ended)
      .then([returning('release-funds')])
      .thenPending('release-funds');
    given([...byWallet, held, paid])
      .when(ended)
      .then([returning('refund')])
      .thenPending('refund');
    given([...byCard, held, paid])
      .when(ended)
      .then([returning('void-card:1')]);
    const voided = told('PaymentVoided', {});
    const late = told('PaymentCaptured', { amount });
    given([...byCard, returning('void-card:1')])
      .when(voided, late)
      .then([undone('void-card:1', voided), added('void-card:1', late)]);
  });

  test('when the payment takes too long › states that it has failed, and gives back', () => {
    given(byCard)
      .when({ kind: 'deadline', name: 'payment', dueAt: inFive, at: inFive })
      .then([
        { type: 'DeadlineReached', data: { deadline: 'payment' } },
        {
          type: 'PaymentFailed',
          data: { reason: 'PAYMENT_TIMEOUT', message: 'The payment took too long' },
        },
        returning('void-card:1'),
      ]);
  });
});

describe('ordering’s policy', () => {
  const { given } = ordering;
  const started: OrderingPolicyEvent = {
    type: 'OrderingPolicyStarted',
    data: {
      ...{ ...began, coordination: 'CHOREOGRAPHY', customerId, stock, total: amount },
      ...{ paymentMethod: 'CARD', paymentMode: 'ON_CONFIRMATION', shippingAddress },
    },
  };
  const noted: OrderingPolicyEvent = { type: 'StockNoted', data: {} };
  const until: OrderingPolicyEvent = {
    type: 'DeadlineSet',
    data: { deadline: 'reservation', dueAt: inFifteen },
  };
  const paying: OrderingPolicyEvent = { type: 'PaymentStartNoted', data: {} };
  const isReserved = [started, noted, until];
  const words = { reason: 'PAYMENT_DECLINED', message: 'The card was declined' } as const;
  const deciding = (data: Extract<OrderingPolicyEvent, { type: 'OrderEndDecided' }>['data']) =>
    ({ type: 'OrderEndDecided', data }) as const;

  test('when the stock is secured › tells the order until when, and waits', () => {
    given([started])
      .when(stated('inventorypolicy', 'AllStockSecured'))
      .then([noted, until])
      .thenPending('mark-reserved', 'deadline:reservation');
  });

  test('when the order is paid › tells it, has an invoice numbered, and has it confirmed', () => {
    const paid = stated('paymentpolicy', 'PaymentCompleted', { transactionId });
    const number = 'INV-2026-000001';
    const issued = event('invoices-2026', { type: 'InvoiceIssued', data: { orderId, number } });
    const confirmed = event('order-o1', { type: 'OrderConfirmed', data: { invoiceNumber: number } });
    const wanted: readonly OrderingPolicyEvent[] = [
      { type: 'PaymentNoted', data: { transactionId } },
      { type: 'InvoiceRequested', data: { year: 2026, since: positionOf(paid) } },
    ];
    given([...isReserved, paying])
      .when(paid, paid)
      .then(wanted)
      .thenPending('mark-paid', 'number-invoice');
    given([...isReserved, paying, ...wanted])
      .when(issued, confirmed)
      .then([
        { type: 'InvoiceNumbered', data: { invoiceNumber: number } },
        { type: 'OrderKept', data: {} },
      ])
      .thenPending();
  });

  test('when a card was declined and another may do › tells the order, which waits as long as before', () => {
    const allowed = stated('paymentpolicy', 'AnotherAttemptAllowed', {
      ...{ attempt: 1, code: 'card_declined', ...words },
    });
    const known: OrderingPolicyEvent = {
      type: 'DeclineNoted',
      data: { attempt: 1, code: 'card_declined' },
    };
    given([...isReserved, paying])
      .when(allowed, allowed)
      .then([known, until])
      .thenPending('mark-declined:1', 'deadline:reservation');
    given([...isReserved, paying])
      .when({ ...allowed, at: inFifteen })
      .then([deciding({ outcome: 'FAILED', ...words })]);
  });

  test.each([
    ['stock is lacking', stated('inventorypolicy', 'StockUnavailable', words)],
    ['the payment has failed', stated('paymentpolicy', 'PaymentFailed', words)],
  ])('when %s › ends the order, once', (_, input) => {
    given([...isReserved, paying])
      .when(input, input)
      .then([deciding({ outcome: 'FAILED', ...words })])
      .thenPending('end-order');
  });

  test('when the reservation ends first › cancels the order; when it ends by another hand, notes it', () => {
    given(isReserved)
      .when({ kind: 'deadline', name: 'reservation', dueAt: inFifteen, at: inFifteen })
      .then([
        { type: 'DeadlineReached', data: { deadline: 'reservation' } },
        deciding({
          ...{ outcome: 'CANCELLED', reason: 'RESERVATION_EXPIRED' },
          message: 'The reservation ended before the order was paid',
        }),
      ])
      .thenPending('end-order');
    given(isReserved)
      .when(ended, ended)
      .then([{ type: 'OrderEndNoted', data: {} }])
      .thenPending();
  });
});
