// A checkout that is paid by card: each attempt is a payment of its own. Row numbers are those of the cases that other shops
// get wrong.
import { describe, expect, test } from '@jest/globals';
import { paymentOfDeposit, paymentStream } from '@holdfast/payments';
import {
  authorized,
  captured,
  isPaid,
  cardCaptured,
  cardPaid,
  cardPayment,
  cardRefunded,
  cardRequested,
  cardSecured,
  customerRedirected,
  declined,
  givenUp,
  isAuthorizing,
  isCapturing,
  isReserved,
  placeByCard,
  redirected,
  told,
  transactionId,
  voided,
  requestPending,
} from './test/cards.js';
import {
  amount,
  awaitsCustomer,
  cancelled,
  completed,
  confirmed,
  deadline,
  failed,
  given,
  inFiveMinutes,
  input,
  invoiceRequested,
  issued,
  orderId,
  reserved,
  run,
  settings,
  statusAfter,
  stockReleased,
  tea,
  type Input,
} from './test/checkout.js';
import { createCheckout } from './index.js';

describe('paying by card', () => {
  test('when the payment is started › asks the gateway for the total, under a payment deadline', () => {
    given(isReserved)
      .when(cardPayment())
      .then(cardRequested())
      .thenPending(requestPending, { kind: 'deadline', name: 'payment', dueAt: inFiveMinutes });
  });

  test('when the card is authorized › captures all of it', () => {
    given(isAuthorizing)
      .when(authorized())
      .then([cardSecured])
      .thenPending(
        {
          kind: 'command',
          step: 'capture-card:1',
          command: { type: 'CapturePayment', data: { orderId, attempt: 1, amount } },
          failedAttempts: 0,
        },
        'deadline:payment',
      );
  });

  test('when it is captured › the order is paid with the gateway’s transaction', () => {
    given(isCapturing)
      .when(captured)
      .then([cardPaid, invoiceRequested(captured)])
      .thenPending(
        {
          kind: 'command',
          step: 'mark-paid',
          command: { type: 'MarkPaid', data: { orderId, transactionId } },
          failedAttempts: 0,
        },
        'number-invoice',
      );
    given(isPaid).when(confirmed).then([completed]).thenPending();
  });

  test('when the capture is reported before the authorization was handled › is paid once', () => {
    given(isAuthorizing)
      .when(captured, authorized(), cardCaptured())
      .then([cardPaid, invoiceRequested(captured)]);
  });

  test('when the customer has to pay on the gateway’s page › waits for the customer, as long as for any payment', () => {
    given(isAuthorizing)
      .when(redirected(), redirected())
      .then([customerRedirected])
      .thenPending('authorize-card:1', 'deadline:payment');
    expect(statusAfter([...isAuthorizing, customerRedirected])).toEqual({
      status: 'WAITING',
      waitingFor: 'customer',
    });
    given([...isAuthorizing, customerRedirected])
      .when(deadline('payment', inFiveMinutes))
      .thenPending('end-order', 'void-card:1', 'release:TEA');
  });

  test('when an order was placed to be paid by wallet and is paid by card › no wallet is asked', () => {
    given(awaitsCustomer).when(cardPayment()).then(cardRequested());
  });
});

describe('every message twice', () => {
  const stories: readonly [string, readonly Input[]][] = [
    [
      'an order that is paid by card and cancelled',
      [
        placeByCard('AUTOMATIC'),
        reserved(tea),
        cardPayment(),
        redirected(),
        authorized(),
        cardCaptured(),
        issued,
        confirmed,
        cancelled,
        cardRefunded(),
        stockReleased(tea),
      ],
    ],
    [
      'an order whose first card is declined',
      [
        placeByCard('AUTOMATIC'),
        reserved(tea),
        cardPayment(),
        declined(),
        voided(),
        cardPayment(2),
        authorized(2),
        cardCaptured(2),
        issued,
        confirmed,
      ],
    ],
    [
      'an order whose gateway is away',
      [
        placeByCard('ON_CONFIRMATION'),
        reserved(tea),
        cardPayment(),
        ...Array.from({ length: 6 }, () => givenUp('authorize')),
        failed,
        givenUp('void'),
        stockReleased(tea),
        voided(),
      ],
    ],
  ];

  test.each(stories)('of %s, at once and later › decides nothing more', (_, inputs) => {
    const manager = createCheckout({ ...settings, paymentAttempts: 2 });
    let state = manager.initialState;
    for (const [n, message] of inputs.entries()) {
      const decisions = manager.decide(message, state);
      expect(decisions).not.toEqual([]);
      state = decisions.reduce(manager.evolve, state);
      for (const earlier of inputs.slice(0, n + 1)) expect(manager.decide(earlier, state)).toEqual([]);
    }
    expect(manager.pending(state)).toEqual([]);
  });
});

test('the events of a payment go to the checkout of its order, the requests to the gateway do not', () => {
  const { route } = createCheckout(settings);
  const routed = (message: Input) => message.kind === 'event' && route(message.event);
  expect(routed(authorized(2))).toEqual({ kind: 'continue', id: 'o1' });
  expect(routed(told({ type: 'PaymentCaptureRequested', data: { transactionId, amount } }))).toEqual({
    kind: 'ignore',
  });
  const ofDeposit = { ...paymentOfDeposit('d-1'), attempt: 1 };
  const event = { type: 'PaymentCaptured', data: { transactionId, amount } } as const;
  expect(routed(input(paymentStream(ofDeposit), event))).toEqual({ kind: 'ignore' });
  expect(run(placeByCard('AUTOMATIC'))).toMatchObject([{ data: { paymentMethod: 'CARD' } }]);
});
