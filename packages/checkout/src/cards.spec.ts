// A checkout that is paid by card: each attempt is a payment of its own, and money that arrives too late is given back.
// Row numbers are those of the cases that other shops get wrong.
import { describe, expect, test } from '@jest/globals';
import { paymentOfDeposit, paymentStream } from '@holdfast/payments';
import { processSpecification } from '@holdfast/testing';
import {
  authorized,
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
  refundRefused,
  told,
  transactionId,
  untilFifteen,
  voided,
} from './test/cards.js';
import {
  after,
  amount,
  awaitsCustomer,
  byCustomer,
  cancelled,
  compensated,
  completed,
  confirmed,
  deadline,
  failed,
  gaveUp,
  given,
  inFifteenMinutes,
  inFiveMinutes,
  input,
  invoiceRequested,
  issued,
  numbered,
  orderId,
  positionOf,
  reserved,
  run,
  settings,
  statusAfter,
  stockReleased,
  tea,
  teaReleased,
  timedOut,
  undoAdded,
  undoing,
  undone,
  type Input,
} from './test/checkout.js';
import { createCheckout, type CheckoutEvent, type Ending } from './index.js';

const { given: givenTwoAttempts } = processSpecification(createCheckout({ ...settings, paymentAttempts: 2 }));

const captured = cardCaptured();
const isPaid = [...isCapturing, cardPaid, invoiceRequested(captured), numbered];
const isCompleted = [...isPaid, completed];
const attemptFailed = (step: 'authorize-card:1' | 'capture-card:1' | 'void-card:1', by: Input): object => ({
  type: 'StepAttemptFailed',
  data: { step, attempt: 1, position: positionOf(by) },
});

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

describe('an authorization that runs out', () => {
  const inHundredSeconds = '2026-03-01T10:01:40.000Z';
  const ranOut: Ending = {
    outcome: 'FAILED',
    reason: 'PAYMENT_TIMEOUT',
    message: 'The authorization of the card ran out',
  };

  test('row 16: when it would end before the payment has to › has a timer before its end', () => {
    given(isAuthorizing)
      .when(authorized(1, inHundredSeconds))
      .then([
        cardSecured,
        { type: 'DeadlineSet', data: { deadline: 'authorization', dueAt: '2026-03-01T10:01:30.000Z' } },
      ])
      .thenPending('capture-card:1', 'deadline:authorization');
    given(isAuthorizing).when(authorized(1, '2026-03-08T10:00:00.000Z')).then([cardSecured]);
  });

  test('row 16: when the timer fires › the order fails, the authorization is voided, the stock is free', () => {
    const dueAt = '2026-03-01T10:01:30.000Z';
    const armed: CheckoutEvent = { type: 'DeadlineSet', data: { deadline: 'authorization', dueAt } };
    given([...isCapturing, armed])
      .when(deadline('authorization', dueAt))
      .then([
        { type: 'DeadlineReached', data: { deadline: 'authorization' } },
        undoing(ranOut, 'end-order', 'void-card:1', 'release:TEA'),
      ]);
  });

  test('row 15: when the gateway says so › the order fails, and an expired one needs no void', () => {
    const gone = expired();
    given(isCapturing)
      .when(gone)
      .then([cardDeclined(gone, 1, 'expired'), undoing(ranOut, 'end-order', 'release:TEA')]);
  });

  test('row 13: when it was voided at the gateway’s dashboard › the order fails, the stock is free', () => {
    const gone = voided();
    given(isCapturing)
      .when(gone)
      .then([cardDeclined(gone, 1, 'voided'), undoing(declinedEnding, 'end-order', 'release:TEA')]);
  });
});

describe('an order that ends otherwise', () => {
  test.each<[string, readonly CheckoutEvent[]]>([
    ['is authorized', isAuthorizing],
    ['is captured', isCapturing],
    ['is paid', isPaid],
    ['is confirmed', isCompleted],
  ])(
    'rows 13 and 14: when it is cancelled while it %s › the payment is voided by its real state',
    (_, decisions) => {
      given(decisions)
        .when(cancelled)
        .then([undoing(byCustomer, 'void-card:1', 'release:TEA')]);
    },
  );

  const hasTimedOut = [...isCapturing, undoing(timedOut, 'end-order', 'void-card:1', 'release:TEA')];

  test('when nothing was captured › it is undone once the payment is voided', () => {
    const gone = voided();
    given(hasTimedOut)
      .when(failed, teaReleased, gone)
      .then([
        undone('end-order', failed),
        undone('release:TEA', teaReleased),
        undone('void-card:1', gone),
        compensated,
      ])
      .thenPending();
  });

  test('row 14: when the capture wins the race › it is undone once the money is back, not before', () => {
    const back = cardRefunded();
    given(hasTimedOut)
      .when(failed, teaReleased, cardCaptured(), back)
      .then([
        undone('end-order', failed),
        undone('release:TEA', teaReleased),
        undone('void-card:1', back),
        compensated,
      ]);
  });

  test('when money arrives after everything is undone › it goes back again', () => {
    const gone = voided();
    const late = cardCaptured();
    const back = cardRefunded();
    given([...hasTimedOut, undone('end-order', failed), undone('release:TEA', teaReleased)])
      .when(gone, late, back)
      .then([
        undone('void-card:1', gone),
        compensated,
        undoAdded('void-card:1', late),
        undone('void-card:1', back),
        compensated,
      ]);
  });

  test('when the gateway refuses the refund › it is asked for again', () => {
    const [again, ...more] = after(hasTimedOut, refundRefused);
    expect(again).toMatchObject(attemptFailed('void-card:1', refundRefused));
    expect(more).toEqual([]);
    given([...hasTimedOut, ...after(hasTimedOut, refundRefused)])
      .when(refundRefused)
      .thenNothing();
  });

  test('when staff make another refund meanwhile › the payment is asked for the rest', () => {
    const byStaff = cardRefunded('r-1');
    expect(after(hasTimedOut, byStaff)).toMatchObject([attemptFailed('void-card:1', byStaff)]);
  });

  test('when the payment of a confirmed order is reported again › decides nothing', () => {
    given(isCompleted).when(authorized(), cardCaptured(), voided(), cardRefunded()).thenNothing();
  });
});

describe('a gateway that is unavailable', () => {
  test('when it is given up › the step is asked for again later, and says why', () => {
    const away = givenUp('authorize');
    const decisions = after(isAuthorizing, away);
    expect(decisions).toMatchObject([
      { type: 'StepAttemptFailed', data: { step: 'authorize-card:1', attempt: 1, error: 'no answer' } },
    ]);
    given([...isAuthorizing, ...decisions])
      .when(away)
      .thenNothing()
      .thenPending(
        {
          kind: 'command',
          step: 'authorize-card:1',
          command: {
            type: 'RequestPayment',
            data: { orderId, attempt: 1, amount, card: 'tok_1', returnUrl: '/back' },
          },
          failedAttempts: 1,
          notBefore: retryAtOf(decisions),
        },
        'deadline:payment',
      );
  });

  test('when orders wait for it › they ask again at different times', () => {
    const waits = Array.from({ length: 20 }, () => retryAtOf(after(isAuthorizing, givenUp('authorize'))));
    expect(new Set(waits).size).toBeGreaterThan(10);
  });

  test.each(['authorize', 'capture'] as const)(
    'when %s is given up six times › fails with RETRIES_EXHAUSTED, and the stock is free',
    (kind) => {
      const state = kind === 'authorize' ? isAuthorizing : isCapturing;
      const step = `${kind}-card:1` as const;
      const decisions = after(state, ...Array.from({ length: 6 }, () => givenUp(kind)));
      expect(decisions.filter(({ type }) => type === 'StepAttemptFailed')).toHaveLength(5);
      expect(decisions.slice(5)).toEqual([
        { type: 'StepFailed', data: { step, reason: 'exhausted', error: 'no answer' } },
        undoing(gaveUp, 'end-order', 'void-card:1', 'release:TEA'),
      ]);
    },
  );

  test('when a void is given up › it is asked for without end, and a person is told', () => {
    const isVoiding = [...isCapturing, undoing(timedOut, 'void-card:1')];
    const decisions = after(isVoiding, ...Array.from({ length: 9 }, () => givenUp('void')));
    expect(decisions.filter(({ type }) => type === 'StepAttemptFailed')).toHaveLength(9);
    expect(decisions.filter(({ type }) => type === 'UndoStuck')).toHaveLength(1);
  });

  test('when the answer has come meanwhile › decides nothing', () => {
    given(isPaid).when(givenUp('authorize'), givenUp('capture'), givenUp('void')).thenNothing();
  });

  const retryAtOf = (decisions: readonly CheckoutEvent[]): string => {
    const [first] = decisions;
    return first?.type === 'StepAttemptFailed' ? first.data.retryAt : '';
  };
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
