// The checkout reserves stock: one SKU or many, some of them out of stock.
import { describe, test } from '@jest/globals';
import { Sku } from '@holdfast/kernel';
import {
  compensated,
  cup,
  cupReserved,
  denied,
  eur,
  failed,
  given,
  inFifteenMinutes,
  input,
  isReserving,
  line,
  orderId,
  place,
  refused,
  reservationDeadline,
  reserved,
  secured,
  started,
  tea,
  teaReleased,
  undoAdded,
  undoing,
  undone,
} from './test/checkout.js';
import type { CheckoutEvent, Ending } from './index.js';

describe('reserving', () => {
  test('when an order is placed › reserves every SKU of it', () => {
    given([])
      .when(place('AUTOMATIC', [line(tea, 1), line(cup, 1)]))
      .then(isReserving)
      .thenPending('reserve:TEA', 'reserve:CUP');
  });

  test('when a SKU is on several lines › reserves it once, quantities added up', () => {
    given([])
      .when(place('AUTOMATIC', [line(tea, 1), line(cup, 3), line(tea, 4)]))
      .then([
        started(
          'AUTOMATIC',
          [
            { sku: tea, quantity: 5 },
            { sku: cup, quantity: 3 },
          ],
          eur(2000),
        ),
      ])
      .thenPending(
        {
          kind: 'command',
          step: 'reserve:TEA',
          command: { type: 'ReserveStock', data: { sku: tea, orderId, quantity: 5 } },
          failedAttempts: 0,
        },
        'reserve:CUP',
      );
  });

  test('when one of two SKUs is secured › only the other is still to be reserved', () => {
    given(isReserving)
      .when(reserved(tea))
      .then([secured(tea)])
      .thenPending('reserve:CUP');
  });

  test('when the last of 150 SKUs is secured › the order is reserved, not before', () => {
    const skus = Array.from({ length: 150 }, (_, n) => Sku(`SKU-${n}`));
    given([])
      .when(
        place(
          'AUTOMATIC',
          skus.map((sku) => line(sku, 1)),
        ),
        ...skus.slice(1).map(reserved),
      )
      .thenPending('reserve:SKU-0');
    given([])
      .when(
        place(
          'AUTOMATIC',
          skus.map((sku) => line(sku, 1)),
        ),
        ...skus.map(reserved),
      )
      .thenPending('mark-reserved', 'start-payment');
  });

  test('when an AUTOMATIC order has all its stock › marks it reserved and starts the payment', () => {
    given([started('AUTOMATIC')])
      .when(reserved(tea))
      .then([secured(tea)])
      .thenPending(
        {
          kind: 'command',
          step: 'mark-reserved',
          command: { type: 'MarkReserved', data: { orderId, expiresAt: null } },
          failedAttempts: 0,
        },
        {
          kind: 'command',
          step: 'start-payment',
          command: { type: 'StartPayment', data: { orderId, method: 'WALLET', attempt: 1 } },
          failedAttempts: 0,
        },
      );
  });

  describe('whose deadline a person moves', () => {
    const move = (dueAt: string, deadline: 'reservation' | 'payment' = 'reservation') =>
      input('intervention-o1', { type: 'DeadlineMoveRequested', data: { deadline, dueAt, reason: 'why' } });
    const moved = (dueAt: string, by: ReturnType<typeof move>): CheckoutEvent => ({
      type: 'DeadlineMoved',
      data: {
        ...{ deadline: 'reservation', dueAt, reason: 'why' },
        ...(by.kind === 'event' && { actor: by.event.metadata.actor, position: by.position }),
      } as never,
    });
    const isWaiting = [started('ON_CONFIRMATION'), secured(tea), reservationDeadline];
    const later = '2026-01-01T02:00:00.000Z';

    test('› waits until then', () => {
      const request = move(later);
      given(isWaiting)
        .when(request)
        .then([moved(later, request)])
        .thenPending(
          {
            kind: 'command',
            step: 'mark-reserved',
            command: { type: 'MarkReserved', data: { orderId, expiresAt: inFifteenMinutes } },
            failedAttempts: 0,
          },
          { kind: 'deadline', name: 'reservation', dueAt: later },
        );
    });

    test('› counts the request once, however often it comes', () => {
      const request = move(later);
      given([...isWaiting, moved(later, request)])
        .when(request)
        .thenNothing();
    });

    test('› that is not armed › changes nothing', () => {
      given(isWaiting).when(move(later, 'payment')).thenNothing();
    });
  });

  test('when an ON_CONFIRMATION order has all its stock › sets the reservation deadline and waits', () => {
    given([started('ON_CONFIRMATION')])
      .when(reserved(tea))
      .then([secured(tea), reservationDeadline])
      .thenPending(
        {
          kind: 'command',
          step: 'mark-reserved',
          command: { type: 'MarkReserved', data: { orderId, expiresAt: inFifteenMinutes } },
          failedAttempts: 0,
        },
        { kind: 'deadline', name: 'reservation', dueAt: inFifteenMinutes },
      );
  });
});

describe('out of stock', () => {
  const one: Ending = { outcome: 'FAILED', reason: 'OUT_OF_STOCK', message: 'Out of stock: CUP (1 of 2)' };

  test('when a SKU is refused while others are unanswered › waits for their answers', () => {
    given(isReserving)
      .when(refused(cup))
      .then([denied(cup)])
      .thenPending('reserve:TEA');
  });

  test('when one SKU is secured and the other refused › fails the order and releases the secured one', () => {
    given(isReserving)
      .when(refused(cup), reserved(tea))
      .then([denied(cup), secured(tea), undoing(one, 'end-order', 'release:TEA')])
      .thenPending(
        {
          kind: 'command',
          step: 'end-order',
          command: { type: 'Fail', data: { orderId, reason: 'OUT_OF_STOCK', message: one.message } },
          failedAttempts: 0,
        },
        {
          kind: 'command',
          step: 'release:TEA',
          command: { type: 'ReleaseStock', data: { sku: tea, orderId } },
          failedAttempts: 0,
        },
      );
  });

  test('when every SKU is refused › names every shortage, and there is nothing to release', () => {
    const message = 'Out of stock: TEA (1 of 2), CUP (1 of 2)';
    given(isReserving)
      .when(refused(tea), refused(cup))
      .then([denied(tea), denied(cup), undoing({ ...one, message }, 'end-order')]);
  });

  test('when the order has failed and its stock is released › the compensation is complete', () => {
    given([...isReserving, denied(cup), secured(tea), undoing(one, 'end-order', 'release:TEA')])
      .when(failed, teaReleased)
      .then([undone('end-order', failed), undone('release:TEA', teaReleased), compensated])
      .thenPending();
  });

  test('when a refused reservation succeeds after all › it is released too, though the compensation was complete', () => {
    given([
      ...isReserving,
      denied(cup),
      denied(tea),
      undoing(one, 'end-order'),
      undone('end-order', failed),
      compensated,
    ])
      .when(cupReserved)
      .then([undoAdded('release:CUP', cupReserved)])
      .thenPending('release:CUP');
  });
});
