// A card that is declined, with and without another attempt. Row numbers are those of the cases that other shops get wrong.
import { describe, expect, test } from '@jest/globals';
import { processSpecification } from '@holdfast/testing';
import {
  authorized,
  cardCaptured,
  cardDeclined,
  cardPayment,
  cardRequested,
  declined,
  declinedEnding,
  expired,
  isAuthorizing,
  isCapturing,
  untilFifteen,
  voided,
} from './test/cards.js';
import {
  awaitsCustomer,
  deadline,
  given,
  inFifteenMinutes,
  orderId,
  settings,
  statusAfter,
  undoAdded,
  undoing,
  undone,
  type Input,
} from './test/checkout.js';
import { createCheckout, type CheckoutEvent } from './index.js';

const { given: givenTwoAttempts } = processSpecification(createCheckout({ ...settings, paymentAttempts: 2 }));

describe('a declined card', () => {
  const byCard = declined();
  const voidPending = {
    kind: 'command',
    step: 'void-card:1',
    command: { type: 'VoidPayment', data: { orderId, attempt: 1 } },
    failedAttempts: 0,
  } as const;

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
        voidPending,
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
      .thenPending('authorize-card:2', { ...voidPending, round: 2 }, 'deadline:payment');
  });

  test('when an input from before the decline comes again › decides nothing', () => {
    const before = authorized(1);
    const after = expired(1);
    givenTwoAttempts([...isCapturing, cardDeclined(after, 1, 'expired'), untilFifteen])
      .when(before)
      .thenNothing();
  });
});
