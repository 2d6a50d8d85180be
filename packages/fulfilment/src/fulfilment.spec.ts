// The life of a confirmed order, input by input: the decisions of the fulfilment, and its remaining work.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import { processSpecification } from '@holdfast/testing';
import { createFulfilment, fulfilment, fulfilmentStatus, type FulfilmentEvent } from './index.js';
import {
  arrived,
  assigned,
  attemptFailed,
  cancelled,
  committed,
  completed,
  confirmed,
  cup,
  delivered,
  done,
  failed,
  fulfilmentCancelled,
  given,
  handedOver,
  input,
  inTransit,
  isDelivered,
  isHandedOver,
  isLabelled,
  isOnTheWay,
  isPacked,
  isQueued,
  isShipped,
  labelled,
  labelReceived,
  moved,
  now,
  orderId,
  packed,
  parcelArrived,
  parcelPacked,
  refundAsked,
  refunded,
  refundedToCard,
  refunding,
  refundRecorded,
  refundStarted,
  rejected,
  restocked,
  returnAccepted,
  returnStarted,
  scanned,
  shipmentCancelled,
  shipmentCreated,
  shipmentPacked,
  shipped,
  started,
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

describe('when an order is confirmed', () => {
  test('the warehouse gets the order', () => {
    given([]).when(confirmed).then([started]).thenPending('create-shipment');
    given([started])
      .when(shipmentCreated)
      .then([done('create-shipment')])
      .thenPending();
  });
  test('packed › the shipment records it, and the label gets its tracking number', () => {
    given(isQueued).when(packed).then([parcelPacked]).thenPending('record-packed');
    given([...isQueued, parcelPacked])
      .when(shipmentPacked)
      .then([done('record-packed')])
      .thenPending();
    given(isPacked).when(labelled).then([labelReceived]).thenPending('assign-tracking');
    given([...isPacked, labelReceived])
      .when(assigned)
      .then([done('assign-tracking')])
      .thenPending();
  });
  test('handed over › the stock of every SKU is committed', () => {
    given(isLabelled)
      .when(shipped)
      .then([handedOver])
      .thenPending(
        {
          ...{ kind: 'command', step: 'commit:TEA', failedAttempts: 0 },
          command: { type: 'CommitStock', data: { sku: tea, orderId } },
        },
        'commit:CUP',
      );
    given(isHandedOver)
      .when(committed(cup))
      .then([done('commit:CUP')])
      .thenPending('commit:TEA');
  });
});

describe('when the carrier scans the parcel', () => {
  test('the first scan moves the order to IN_TRANSIT, and no other does', () => {
    given(isShipped).when(scanned()).then([moved]).thenPending('mark-in-transit');
    given([...isShipped, moved])
      .when(inTransit)
      .then([done('mark-in-transit')])
      .thenPending();
    given(isOnTheWay).when(scanned('OUT_FOR_DELIVERY')).thenNothing();
  });
  test('the delivery completes the fulfilment', () => {
    given(isOnTheWay).when(scanned('DELIVERED'), arrived).then([parcelArrived]).thenPending('mark-delivered');
    given([...isOnTheWay, parcelArrived])
      .when(delivered)
      .then([done('mark-delivered'), completed])
      .thenPending();
  });
  test('after a delivery that comes first, a scan on the way changes nothing', () => {
    given(isShipped).when(arrived).then([parcelArrived]).thenPending('mark-delivered');
    given([...isShipped, moved])
      .when(arrived)
      .then([parcelArrived])
      .thenPending('mark-delivered');
    given([...isShipped, parcelArrived])
      .when(scanned())
      .thenNothing()
      .thenPending('mark-delivered');
  });
  test('before the hand-over is recorded, the order follows as soon as it is recorded', () => {
    given(isLabelled).when(scanned()).then([moved]).thenPending();
    given([...isLabelled, moved])
      .when(shipped)
      .then([handedOver])
      .thenPending('commit:TEA', 'commit:CUP', 'mark-in-transit');
    given([...isLabelled, moved, parcelArrived])
      .when(shipped)
      .then([handedOver])
      .thenPending('commit:TEA', 'commit:CUP', 'mark-delivered');
  });
  test('delivered, with some stock not committed yet › is completed when the last stock is committed', () => {
    given([...isHandedOver, done('commit:TEA'), parcelArrived])
      .when(delivered, committed(cup))
      .then([done('mark-delivered'), done('commit:CUP'), completed]);
  });
});

describe('when the order ends before its parcel is handed over', () => {
  test.each([
    ['queued', isQueued],
    ['packed', isPacked],
    ['labelled', isLabelled],
    ['about to be told', [started]],
  ])('%s › the shipment is cancelled and nothing else is done', (_, decisions) => {
    given(decisions).when(cancelled).then([fulfilmentCancelled]).thenPending('cancel-shipment');
    given([...decisions, fulfilmentCancelled])
      .when(shipmentCancelled)
      .then([done('cancel-shipment')])
      .thenPending();
  });
  test('a label, a scan and a delivery that come after that change nothing', () => {
    given([...isPacked, fulfilmentCancelled])
      .when(labelled, scanned(), arrived)
      .thenNothing();
  });
  test('an order that was never confirmed has nothing to cancel', () => {
    given([]).when(cancelled).thenNothing();
  });
  test('a refund under way is still made', () => {
    given([...isQueued, refundStarted('r1')])
      .when(cancelled)
      .then([fulfilmentCancelled])
      .thenPending('refund:r1', 'cancel-shipment');
  });
});

describe('when a command fails', () => {
  test('it is sent again, later each time, and after six failures a person should look', () => {
    given(isHandedOver)
      .when(attemptFailed('commit:TEA', 1))
      .then([failed('commit:TEA', 1)])
      .thenPending(
        {
          ...{ kind: 'command', step: 'commit:TEA', failedAttempts: 1 },
          notBefore: '2026-03-01T10:00:01.000Z',
          command: { type: 'CommitStock', data: { sku: tea, orderId } },
        },
        'commit:CUP',
      );
    given([...isHandedOver, failed('commit:TEA', 5)])
      .when(attemptFailed('commit:TEA', 6), attemptFailed('commit:TEA', 7))
      .then([failed('commit:TEA', 6), stuck('commit:TEA'), failed('commit:TEA', 7)])
      .thenPending('commit:TEA', 'commit:CUP');
  });
  test('rejected › it is sent again, since an event that explains the rejection may still arrive', () => {
    given([...isDelivered, returnStarted('b1', null)])
      .when(rejected('restock:b1:TEA', 'ReturnExceedsCommitted'))
      .then([failed('restock:b1:TEA', 1, 'ReturnExceedsCommitted')]);
  });
  test('the failure of a command that is no longer wanted decides nothing', () => {
    given(isShipped)
      .when(attemptFailed('commit:TEA', 1), rejected('refund:r9', 'HoldNotCaptured'))
      .thenNothing();
  });
});

test('an input that comes again decides nothing', () => {
  const whole = [
    ...[confirmed, shipmentCreated, packed, shipmentPacked, labelled, assigned, shipped, committed(tea)],
    ...[committed(cup), scanned(), inTransit, arrived, delivered, refundAsked('r1'), refunded('r1')],
    ...[refundRecorded('r1'), returnAccepted('b1'), restocked(tea, 'b1'), restocked(cup, 'b1')],
    ...[refunded('b1'), refundRecorded('b1')],
  ];
  let decisions: readonly FulfilmentEvent[] = [];
  for (const next of whole) {
    const state = fold(fulfilment, fulfilment.initialState, decisions);
    decisions = [...decisions, ...fulfilment.decide(next, state)];
    for (const earlier of whole.slice(0, whole.indexOf(next) + 1))
      given(decisions).when(earlier).thenNothing();
  }
  given(decisions).thenPending();
});

test.each<[string, readonly FulfilmentEvent[], string, string | null]>([
  ['new', [], 'RUNNING', null],
  ['confirmed', [started], 'RUNNING', 'steps'],
  ['queued', isQueued, 'WAITING', 'packing'],
  ['packed', isPacked, 'WAITING', 'label'],
  ['labelled', isLabelled, 'WAITING', 'hand-over'],
  ['shipped', isShipped, 'WAITING', 'carrier'],
  ['delivered', isDelivered, 'COMPLETED', null],
  ['returned', [...isDelivered, returnStarted('b1')], 'RUNNING', 'steps'],
  ['cancelled', [...isQueued, fulfilmentCancelled], 'COMPENSATING', 'steps'],
  ['ended', [...isQueued, fulfilmentCancelled, done('cancel-shipment')], 'COMPENSATED', null],
  [
    'stuck',
    [...isHandedOver, failed('commit:TEA', 6), stuck('commit:TEA')],
    'COMPENSATION_STUCK',
    'operator',
  ],
  [
    'stuck no more',
    [...isHandedOver, failed('commit:TEA', 6), stuck('commit:TEA'), done('commit:TEA'), done('commit:CUP')],
    'WAITING',
    'carrier',
  ],
])('%s › its status tells the progress of the fulfilment', (_, decisions, status, waitingFor) => {
  const state = fold(fulfilment, fulfilment.initialState, decisions);
  expect(fulfilmentStatus(state)).toEqual({ status, waitingFor });
});

test('events of other orders and contexts are routed to their order, or to none', () => {
  const routeOf = (message: ReturnType<typeof input>) =>
    message.kind === 'event' ? fulfilment.route(message.event) : null;
  expect(routeOf(confirmed)).toEqual({ kind: 'start', id: 'o1' });
  for (const message of [packed, scanned(), committed(tea), assigned, refunded('r1'), refundedToCard('r1')])
    expect(routeOf(message)).toEqual({ kind: 'continue', id: 'o1' });
  const placedElsewhere = input('stock-TEA', { type: 'StockReserved', data: { orderId, quantity: 1 } });
  expect(routeOf(placedElsewhere)).toEqual({ kind: 'ignore' });
  expect(refunding('r1')).toMatchObject({ method: 'WALLET' });
});
