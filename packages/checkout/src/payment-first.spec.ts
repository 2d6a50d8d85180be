// A checkout that sets money aside before it reserves stock: a shortage releases a hold, and needs no refund.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import {
  authorized,
  cardDeclined,
  cardPayment,
  cardRequested,
  cardSecured,
  declined,
  declinedEnding,
  expired,
  placeByCard,
} from './test/cards.js';
import {
  after,
  amount,
  byCustomer,
  cancelled,
  captured,
  confirmed,
  customerId,
  deadline,
  denied,
  eur,
  fundsCaptured,
  fundsRequested,
  fundsSecured,
  given,
  inFifteenMinutes,
  input,
  invoiceRequested,
  issued,
  line,
  orderId,
  payment,
  place,
  refused,
  reservationDeadline,
  reserved,
  secured,
  settings,
  started,
  statusAfter,
  tea,
  undoing,
} from './test/checkout.js';
import { createCheckout, planOf, type CheckoutEvent, type DefinitionName, type Ending } from './index.js';

const startedAs = (
  definition: DefinitionName,
  definitionVersion: number,
  paymentMode: 'AUTOMATIC' | 'ON_CONFIRMATION' = 'AUTOMATIC',
  total = amount,
): CheckoutEvent => {
  const event = started(paymentMode, [{ sku: tea, quantity: 2 }], total);
  return event.type === 'CheckoutStarted'
    ? { ...event, data: { ...event.data, definition, definitionVersion } }
    : event;
};
const begun = [startedAs('payment-first', 1)];
const isHolding = [...begun, ...fundsRequested];
const isReserving = [...isHolding, fundsSecured];
const isCapturing = [...isReserving, secured(tea)];

describe('an order that is paid first', () => {
  test('when it is placed › follows the definition that it names, in its latest version, and starts the payment', () => {
    const placed = placeByCard('AUTOMATIC', { definition: 'payment-first' });
    expect(after([], placed)).toMatchObject([
      { data: { definition: 'payment-first', definitionVersion: 1 } },
    ]);
    given([]).when(placed).thenPending('start-payment');
  });

  test('when it is paid on confirmation › waits for its customer, with nothing reserved', () => {
    given([startedAs('payment-first', 1, 'ON_CONFIRMATION'), reservationDeadline])
      .when(deadline('reservation', inFifteenMinutes))
      .thenPending('end-order');
  });

  test('when the payment is started › holds the funds first, then reserves, then captures', () => {
    given(begun).when(payment).then(fundsRequested).thenPending('hold-funds', 'deadline:payment');
    given(isHolding)
      .when(input('wallet-c1', { type: 'FundsHeld', data: { orderId, amount } }))
      .then([fundsSecured])
      .thenPending('reserve:TEA', 'deadline:payment');
    given(isReserving)
      .when(reserved(tea))
      .then([secured(tea)])
      .thenPending(
        {
          kind: 'command',
          step: 'capture-funds',
          command: { type: 'CaptureHold', data: { customerId, orderId } },
          failedAttempts: 0,
        },
        'deadline:payment',
      );
    given(isCapturing)
      .when(captured)
      .then([fundsCaptured, invoiceRequested(captured)])
      .thenPending('mark-paid', 'number-invoice');
  });

  test('when the stock falls short › the hold is released, and nothing was captured', () => {
    const ending: Ending = {
      outcome: 'FAILED',
      reason: 'OUT_OF_STOCK',
      message: 'Out of stock: TEA (1 of 2)',
    };
    given(isReserving)
      .when(refused(tea))
      .then([denied(tea), undoing(ending, 'end-order', 'release-funds')])
      .thenPending('end-order', 'release-funds');
    given([...begun, ...cardRequested(), cardSecured])
      .when(refused(tea))
      .then([denied(tea), undoing(ending, 'end-order', 'void-card:1')]);
  });

  test('when it is cancelled before its stock is asked for › there is none to release', () => {
    given(isHolding)
      .when(cancelled)
      .then([undoing(byCustomer, 'release-funds')]);
    given(begun)
      .when(cancelled)
      .then([undoing(byCustomer), { type: 'CompensationCompleted', data: {} }]);
  });

  test('when its card is declined › it fails, also with attempts left, since no stock is kept for it', () => {
    const manager = createCheckout({ ...settings, paymentAttempts: 3 });
    const state = fold(manager, manager.initialState, [...begun, ...cardRequested()]);
    const byCard = declined();
    expect(manager.decide(byCard, state)).toEqual([
      cardDeclined(byCard),
      undoing(declinedEnding, 'end-order', 'void-card:1'),
    ]);
  });

  test('when the authorization ends while the stock is reserved › the stock goes back', () => {
    const decisions = after([...begun, ...cardRequested(), cardSecured], expired());
    expect(decisions.at(-1)).toMatchObject({ data: { undo: ['end-order', 'release:TEA'] } });
  });

  test('when its total is 0 › is reserved, paid and confirmed, and nothing is held', () => {
    const free = startedAs('payment-first', 1, 'AUTOMATIC', eur(0));
    const lines = [{ ...line(tea, 2), unitPrice: eur(0) }];
    const placed = place('AUTOMATIC', lines);
    const event = placed.kind === 'event' && placed.event.type === 'OrderPlaced' ? placed.event : undefined;
    const first = { ...placed, event: { ...event, data: { ...event?.data, definition: 'payment-first' } } };
    const teaReserved = reserved(tea);
    given([])
      .when(first as typeof placed, teaReserved)
      .then([free, { type: 'PaymentSkipped', data: {} }, secured(tea), invoiceRequested(teaReserved)])
      .thenPending('mark-paid', 'number-invoice');
  });

  test('its plan has the money before the stock, and names the thing that it waits for', () => {
    const plan = planOf(fold(createCheckout(settings), { phase: 'new' }, isReserving));
    expect(plan.map(({ name, state }) => [name, state])).toEqual([
      ['start-payment', 'DONE'],
      ['hold-funds', 'DONE'],
      ['reserve:TEA', 'DOING'],
      ['capture-funds', 'POSSIBLE'],
      ['mark-paid', 'POSSIBLE'],
      ['hold-for-review', 'POSSIBLE'],
      ['number-invoice', 'POSSIBLE'],
      ['confirm', 'POSSIBLE'],
    ]);
    expect(statusAfter(begun)).toEqual({ status: 'RUNNING', waitingFor: 'payment' });
    expect(statusAfter(isHolding)).toEqual({ status: 'RUNNING', waitingFor: 'funds' });
    expect(statusAfter(isReserving)).toEqual({ status: 'RUNNING', waitingFor: 'stock' });
    expect(statusAfter(isCapturing)).toEqual({ status: 'RUNNING', waitingFor: 'capture' });
  });

  test('when every message of it comes again, at once and later › decides nothing more', () => {
    const manager = createCheckout(settings);
    const inputs = [
      placeByCard('AUTOMATIC', { definition: 'payment-first' }),
      cardPayment(),
      authorized(),
      reserved(tea),
      input('payment-o1.1', { type: 'PaymentCaptured', data: { transactionId: 'tx-1', amount } }),
      issued,
      confirmed,
    ];
    let state = manager.initialState;
    for (const [n, message] of inputs.entries()) {
      const decisions = manager.decide(message, state);
      expect(decisions).not.toEqual([]);
      state = fold(manager, state, decisions);
      for (const earlier of inputs.slice(0, n + 1)) expect(manager.decide(earlier, state)).toEqual([]);
    }
    expect(manager.pending(state)).toEqual([]);
  });
});

describe('an order that began with an older version of its definition', () => {
  test('when it is paid › goes on by the version that it began with: its invoice has a number of the log', () => {
    const isOld = [startedAs('stock-first', 1), secured(tea), ...fundsRequested, fundsSecured];
    const position = captured.kind === 'event' ? captured.position : 0;
    given(isOld)
      .when(captured)
      .then([
        fundsCaptured,
        { type: 'ChecksPassed', data: { invoiceNumber: `INV-${String(position).padStart(10, '0')}` } },
      ])
      .thenPending('mark-paid', 'confirm');
  });
});
