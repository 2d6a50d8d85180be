// A checkout by card that does not go through: the authorization ends, the order ends, or the gateway is away. Money that
// arrives too late is given back. Row numbers are those of the cases that other shops get wrong.
import { describe, expect, test } from '@jest/globals';
import {
  attemptFailed,
  authorized,
  isCompleted,
  isPaid,
  cardCaptured,
  cardDeclined,
  cardRefunded,
  cardSecured,
  declinedEnding,
  expired,
  givenUp,
  isAuthorizing,
  isCapturing,
  refundRefused,
  voided,
  requestPending,
} from './test/cards.js';
import {
  after,
  byCustomer,
  cancelled,
  compensated,
  deadline,
  failed,
  gaveUp,
  given,
  teaReleased,
  timedOut,
  undoAdded,
  undoing,
  undone,
} from './test/checkout.js';
import type { CheckoutEvent, Ending } from './index.js';

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
        { ...requestPending, failedAttempts: 1, notBefore: retryAtOf(decisions) },
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
