// A checkout that is paid by card: each attempt is a payment of its own. Row numbers are those of the cases that other shops
// get wrong.
import { describe, expect, test } from '@jest/globals';
import { paymentOfDeposit, paymentStream } from '@holdfast/payments';
import { processSpecification } from '@holdfast/testing';
import {
  authorized,
  captured,
  isPaid,
  cardCaptured,
  cardDeclined,
  cardPaid,
  cardPayment,
  cardRefunded,
  cardRequested,
  cardSecured,
  customerRedirected,
  declined,
  declinedEnding,
  expired,
  givenUp,
  isAuthorizing,
  isCapturing,
  isReserved,
  placeByCard,
  redirected,
  told,
  transactionId,
  untilFifteen,
  voided,
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
  inFifteenMinutes,
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
  undoAdded,
  undoing,
  undone,
  type Input,
} from './test/checkout.js';
import { createCheckout, type CheckoutEvent } from './index.js';

const { given: givenTwoAttempts } = processSpecification(createCheckout({ ...settings, paymentAttempts: 2 }));

describe('paying by card', () => {
  test('when the payment is started › asks the gateway for the total, under a payment deadline', () => {
    given(isReserved)
      .when(cardPayment())
      .then(cardRequested())
      .thenPending(
        {
          kind: 'command',
          step: 'authorize-card:1',
          command: {
            type: 'RequestPayment',
            data: { orderId, attempt: 1, amount, card: 'tok_1', returnUrl: '/back' },
          },
          failedAttempts: 0,
        },
        { kind: 'deadline', name: 'payment', dueAt: inFiveMinutes },
      );
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

describe('a declined card', () => {
  const byCard = declined();

  test('when there is one attempt › the order fails at once, the payment is closed, the stock is free', () => {
    given(isAuthorizing)
      .when(byCard)
      .then([cardDeclined(byCard), undoing(declinedEnding, 'end-order', 'void-card:1', 'release:TEA')])
      .thenPending(
        {
          kind: 'command',
          step: 'end-order',
          command: {
            type: 'Fail',
            data: { orderId, reason: 'PAYMENT_DECLINED', message: declinedEnding.message },
          },
          failedAttempts: 0,
        },
        {
          kind: 'command',
          step: 'void-card:1',
          command: { type: 'VoidPayment', data: { orderId, attempt: 1 } },
          failedAttempts: 0,
        },
        'release:TEA',
      );
  });

  test('when no gateway knows the payment › there is nothing to close', () => {
    const unknown = declined(1, null);
    given(isAuthorizing)
      .when(unknown)
      .then([cardDeclined(unknown), undoing(declinedEnding, 'end-order', 'release:TEA')]);
  });

  const wasDeclined: readonly CheckoutEvent[] = [
    ...isAuthorizing,
    cardDeclined(byCard),
    undoAdded('void-card:1', byCard),
    untilFifteen,
  ];

  test('row 12: when another attempt is left › keeps the stock, tells the order until when, and waits', () => {
    givenTwoAttempts(isAuthorizing)
      .when(byCard)
      .then(wasDeclined.slice(isAuthorizing.length))
      .thenPending(
        {
          kind: 'command',
          step: 'mark-declined:1',
          command: {
            type: 'MarkPaymentDeclined',
            data: { orderId, attempt: 1, code: 'card_declined', expiresAt: inFifteenMinutes },
          },
          failedAttempts: 0,
        },
        'void-card:1',
        { kind: 'deadline', name: 'reservation', dueAt: inFifteenMinutes },
      );
    expect(statusAfter(wasDeclined)).toEqual({ status: 'WAITING', waitingFor: 'payment' });
  });

  test('row 12: when the second card works › the order goes through, and only that one is charged', () => {
    givenTwoAttempts([...wasDeclined, undone('void-card:1', voided())])
      .when(cardPayment(2), authorized(2), cardCaptured(2))
      .thenPending('mark-paid', 'number-invoice');
  });

  test('when the second card is declined too › the order fails', () => {
    const again = declined(2);
    givenTwoAttempts([...wasDeclined, undone('void-card:1', voided()), ...cardRequested(2)])
      .when(again)
      .then([cardDeclined(again, 2), undoing(declinedEnding, 'end-order', 'void-card:2', 'release:TEA')]);
  });

  test('when the reservation ends first › the order is cancelled', () => {
    givenTwoAttempts(wasDeclined)
      .when(deadline('reservation', inFifteenMinutes))
      .thenPending('void-card:1', 'end-order', 'release:TEA');
  });

  test('when the reservation ran out while the first attempt was under way › there is no second', () => {
    const late = { ...byCard, at: inFifteenMinutes } as Input;
    givenTwoAttempts([...awaitsCustomer, ...cardRequested()])
      .when(late)
      .then([cardDeclined(late), undoing(declinedEnding, 'end-order', 'void-card:1', 'release:TEA')]);
  });

  test('when an attempt is started twice › counts once', () => {
    givenTwoAttempts(wasDeclined).when(cardPayment(1)).thenNothing();
    givenTwoAttempts(wasDeclined).when(cardPayment(2), cardPayment(2)).then(cardRequested(2));
  });

  test('when the declined payment succeeds after all while the second is under way › it goes back', () => {
    const closed = undone('void-card:1', voided());
    const late = authorized(1);
    givenTwoAttempts([...wasDeclined, closed, ...cardRequested(2)])
      .when(late)
      .then([undoAdded('void-card:1', late)])
      .thenPending('authorize-card:2', { ...voidAgain, round: 2 }, 'deadline:payment');
  });

  test('when an input from before the decline comes again › decides nothing', () => {
    const before = authorized(1);
    const after = expired(1);
    givenTwoAttempts([...isCapturing, cardDeclined(after, 1, 'expired'), untilFifteen])
      .when(before)
      .thenNothing();
  });

  const voidAgain = {
    kind: 'command',
    step: 'void-card:1',
    command: { type: 'VoidPayment', data: { orderId, attempt: 1 } },
    failedAttempts: 0,
  } as const;
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
