// Requests of persons about the steps of a checkout, and the plan of its steps that they see.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import {
  after,
  amount,
  compensated,
  customerId,
  failed,
  gaveUp,
  given,
  hasTimedOut,
  holdReleased,
  input,
  isCapturing,
  isCompleted,
  isPaid,
  isPaying,
  isReserving,
  orderId,
  positionOf,
  reserved,
  statusAfter,
  tea,
  teaReleased,
  undoAdded,
  undoing,
  undone,
  attemptFailed,
  failures,
  type Input,
} from './test/checkout.js';
import { checkoutState, planOf, type CheckoutEvent, type StepRequest, type Step } from './index.js';

describe('an operator', () => {
  const why = 'the disk has room again';
  const actor = 'staff:s-1';
  const asks = (type: StepRequest['type'], step: string): Input => {
    const message = input('intervention-o1', { type, data: { step, reason: why } });
    return message.kind === 'event'
      ? { ...message, event: { ...message.event, metadata: { ...message.event.metadata, actor } } }
      : message;
  };
  const retried = (step: Step, by: Input): CheckoutEvent => ({
    type: 'StepRetried',
    data: { step, actor, reason: why, position: positionOf(by) },
  });
  const settled = (step: Step, by: Input): CheckoutEvent => ({
    type: 'StepSettled',
    data: { step, actor, reason: why, position: positionOf(by) },
  });
  const isStuck = [...hasTimedOut, ...after(hasTimedOut, ...failures('release:TEA', 7))];

  test('has an undo retried › it is sent at once, and stays stuck until it is done', () => {
    const request = asks('StepRetryRequested', 'release:TEA');
    given(isStuck)
      .when(request)
      .then([retried('release:TEA', request)])
      .thenPending('end-order', 'release-funds', {
        kind: 'command',
        step: 'release:TEA',
        command: { type: 'ReleaseStock', data: { sku: tea, orderId } },
        failedAttempts: 7,
      });
    expect(statusAfter([...isStuck, retried('release:TEA', request)]).status).toBe('COMPENSATION_STUCK');
  });

  test('has a step before compensation retried › it is sent at once', () => {
    const request = asks('StepRetryRequested', 'hold-funds');
    given([...isPaying, ...after(isPaying, attemptFailed('hold-funds', 1))])
      .when(request)
      .then([retried('hold-funds', request)])
      .thenPending(
        {
          kind: 'command',
          step: 'hold-funds',
          command: { type: 'HoldFunds', data: { customerId, orderId, amount } },
          failedAttempts: 1,
        },
        'deadline:payment',
      );
  });

  test('settles an undo › it is not tried any more, and counts as done', () => {
    const request = asks('StepSettlementRequested', 'release:TEA');
    given(isStuck)
      .when(request)
      .then([settled('release:TEA', request)])
      .thenPending('end-order', 'release-funds');
    given([...isStuck, undone('end-order', failed), undone('release-funds', holdReleased)])
      .when(request)
      .then([settled('release:TEA', request), compensated])
      .thenPending();
  });

  test('settles an undo whose command is carried out later › its answer decides nothing', () => {
    const request = asks('StepSettlementRequested', 'release:TEA');
    given(isStuck)
      .when(request, teaReleased)
      .then([settled('release:TEA', request)]);
  });

  test('settles an undo, and a success comes after that › it is undone', () => {
    const request = asks('StepSettlementRequested', 'release:TEA');
    const late = reserved(tea);
    given(isStuck)
      .when(request, late)
      .then([settled('release:TEA', request), undoAdded('release:TEA', late)]);
  });

  test('has an effect once, however often the request is delivered', () => {
    for (const type of ['StepRetryRequested', 'StepSettlementRequested'] as const) {
      const request = asks(type, 'release:TEA');
      expect(after(isStuck, request, request)).toHaveLength(1);
    }
  });

  test('asks for a step that is not wanted, or cannot be settled › decides nothing', () => {
    given([]).when(asks('StepRetryRequested', 'refund')).thenNothing();
    given(isCompleted).when(asks('StepRetryRequested', 'confirm')).thenNothing();
    given(isStuck).when(asks('StepRetryRequested', 'refund')).thenNothing();
    given(isStuck).when(asks('StepRetryRequested', 'no such step')).thenNothing();
    given(isReserving).when(asks('StepSettlementRequested', 'reserve:TEA')).thenNothing();
    given(isStuck).when(asks('StepSettlementRequested', 'end-order')).thenNothing();
    given(isStuck).when(asks('StepSettlementRequested', 'refund')).thenNothing();
  });
});

describe('the plan', () => {
  const planAfter = (decisions: readonly CheckoutEvent[]): readonly (readonly [string, number, string])[] =>
    planOf(fold(checkoutState, checkoutState.initialState, decisions)).map(
      ({ name, stage, state }) => [name, stage, state] as const,
    );

  test('of an order under way › has the steps that are done, under way, and still possible', () => {
    expect(planAfter([...isReserving, { type: 'StockSecured', data: { sku: tea } }])).toEqual([
      ['reserve:TEA', 0, 'DONE'],
      ['reserve:CUP', 0, 'DOING'],
      ['mark-reserved', 1, 'POSSIBLE'],
      ['start-payment', 2, 'POSSIBLE'],
      ['hold-funds', 3, 'POSSIBLE'],
      ['capture-funds', 4, 'POSSIBLE'],
      ['mark-paid', 5, 'POSSIBLE'],
      ['hold-for-review', 6, 'POSSIBLE'],
      ['number-invoice', 7, 'POSSIBLE'],
      ['confirm', 8, 'POSSIBLE'],
    ]);
    expect(planAfter(isCapturing)).toEqual([
      ['reserve:TEA', 0, 'DONE'],
      ['mark-reserved', 1, 'DONE'],
      ['start-payment', 2, 'DONE'],
      ['hold-funds', 3, 'DONE'],
      ['capture-funds', 4, 'DOING'],
      ['mark-paid', 5, 'POSSIBLE'],
      ['hold-for-review', 6, 'POSSIBLE'],
      ['number-invoice', 7, 'POSSIBLE'],
      ['confirm', 8, 'POSSIBLE'],
    ]);
  });

  test('of an order that is undone › has the undos, each with the thing that it waits for and its next attempt', () => {
    const decisions = [...isPaid, undoing(gaveUp, 'end-order', 'refund', 'release:TEA')];
    const [first, second] = planOf(
      fold(checkoutState, checkoutState.initialState, [
        ...decisions,
        ...after(decisions, attemptFailed('end-order', 1)),
      ]),
    );
    expect(first).toMatchObject({
      name: 'end-order',
      state: 'DOING',
      dependsOn: [],
      retryAt: '2026-03-01T10:05:00.000Z',
    });
    expect(second).toMatchObject({ name: 'refund', stage: 1, state: 'POSSIBLE', dependsOn: ['end-order'] });
  });

  test('names the undo of each step', () => {
    const plan = planOf(fold(checkoutState, checkoutState.initialState, isPaying));
    expect(Object.fromEntries(plan.map(({ name, undo }) => [name, undo]))).toMatchObject({
      'reserve:TEA': 'release:TEA',
      'hold-funds': 'release-funds',
      'capture-funds': 'refund',
      confirm: null,
    });
  });
});
