// The fulfilment of an order whose stock an outside service keeps: it asks, and waits for each answer.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import { processSpecification } from '@holdfast/testing';
import { createFulfilment, fulfilment, type FulfilmentEvent } from './index.js';
import {
  done,
  given,
  input,
  isHandedOver,
  now,
  orderId,
  returnStarted,
  stuck,
  tea,
} from './test/fulfilment.js';

describe('when an outside service keeps the stock', () => {
  const startedOutside: FulfilmentEvent = {
    type: 'FulfilmentStarted',
    data: { orderId, definitionVersion: 1, stockKeeper: 'OUTSIDE' },
  };
  const isHandedOverOutside = [startedOutside, ...isHandedOver.slice(1)];
  const units = { orderId, sku: tea, quantity: 2 };
  const ofTea = (type: 'AllocationCommitAsked' | 'AllocationCommitted') =>
    input('allocation-o1', { type, data: units });
  const awaited = (attempt: number, retryAt: string, position: number): FulfilmentEvent => ({
    type: 'FulfilmentAnswerAwaited',
    data: { step: 'commit:TEA', attempt, retryAt, position },
  });
  const commandOf = (state: FulfilmentEvent[], step: string) =>
    fulfilment
      .pending(fold(fulfilment, fulfilment.initialState, state))
      .find((work) => work.kind === 'command' && work.step === step);

  test('the fulfilment knows it from the confirmed order, and asks for the commit and for what comes back', () => {
    const confirmedOutside = input('order-o1', {
      type: 'OrderConfirmed',
      data: { invoiceNumber: 'INV-1', stockKeeper: 'OUTSIDE' },
    });
    given([]).when(confirmedOutside).then([startedOutside]);
    expect(commandOf(isHandedOverOutside, 'commit:TEA')).toMatchObject({
      command: { type: 'AskToCommit', data: { orderId, sku: tea } },
    });
    expect(commandOf([...isHandedOverOutside, returnStarted('r1', null)], 'restock:r1:TEA')).toMatchObject({
      command: { type: 'AskToReturn', data: { orderId, sku: tea, quantity: 2, returnId: 'r1' } },
    });
  });

  test('a question is asked again later, and once it is answered the step is done', () => {
    const question = ofTea('AllocationCommitAsked');
    const position = question.kind === 'event' ? question.position : 0;
    const waits = awaited(1, '2026-03-01T10:01:00.000Z', position);
    given(isHandedOverOutside).when(question, question).then([waits]).thenPending('commit:TEA', 'commit:CUP');
    given([...isHandedOverOutside, waits])
      .when(ofTea('AllocationCommitted'))
      .then([done('commit:TEA')])
      .thenPending('commit:CUP');
  });

  test('commit and return wait for the time that the settings name, twice as long after each question', () => {
    const hasty = processSpecification(createFulfilment({ stockAnswerMs: 2_000 }));
    const question = ofTea('AllocationCommitAsked');
    const positionOf = (asked: typeof question) => (asked.kind === 'event' ? asked.position : 0);
    const first = awaited(1, '2026-03-01T10:00:02.000Z', positionOf(question));
    hasty.given(isHandedOverOutside).when(question).then([first]);
    const again = ofTea('AllocationCommitAsked');
    hasty
      .given([...isHandedOverOutside, first])
      .when(again)
      .then([awaited(2, '2026-03-01T10:00:04.000Z', positionOf(again))]);
    const back = input('allocation-o1', {
      type: 'AllocationReturnAsked',
      data: { ...units, returnId: 'r1' },
    });
    hasty
      .given([...isHandedOverOutside, returnStarted('r1', null)])
      .when(back)
      .then([
        {
          type: 'FulfilmentAnswerAwaited',
          data: {
            ...{ step: 'restock:r1:TEA', attempt: 1 },
            ...{ retryAt: '2026-03-01T10:00:02.000Z', position: positionOf(back) },
          },
        },
      ]);
  });

  test('a question that is not answered for long › is stuck, so that a person looks', () => {
    const waits = [1, 2, 3, 4, 5].map((n) => awaited(n, now, n - 100));
    const question = ofTea('AllocationCommitAsked');
    const position = question.kind === 'event' ? question.position : 0;
    given([...isHandedOverOutside, ...waits])
      .when(question)
      .then([
        awaited(6, '2026-03-01T10:32:00.000Z', position),
        stuck('commit:TEA', 'the outside service has not answered'),
      ]);
  });
});
