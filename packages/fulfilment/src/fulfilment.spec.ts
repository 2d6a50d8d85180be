// The life of a confirmed order, input by input: the decisions of the fulfilment, and its remaining work.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import { fulfilment, fulfilmentStatus, type FulfilmentEvent } from './index.js';
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
