// A tracking number keeps the scans that arrive before its order is known. No scan is lost or counted twice.
import { describe, expect, test } from '@jest/globals';
import { fold, OrderId } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import fc from 'fast-check';
import { maxKeptScans, tracking, type TrackingCommand, type TrackingEvent } from './index.js';

const trackingNumber = 'T-1';
const orderId = OrderId('o-1');
const scan = (scanId: string) => ({
  ...{ scanId, code: 'IN_TRANSIT', location: null },
  at: '2026-01-05T10:00:00.000Z',
});
const assign = (to = orderId): TrackingCommand => ({
  type: 'AssignTracking',
  data: { trackingNumber, orderId: to },
});
const receive = (scanId: string): TrackingCommand => ({
  type: 'ReceiveScan',
  data: { trackingNumber, scan: scan(scanId) },
});
const assigned: TrackingEvent = { type: 'TrackingAssigned', data: { orderId } };
const kept = (scanId: string): TrackingEvent => ({ type: 'ScanKept', data: scan(scanId) });
const matched = (scanId: string): TrackingEvent => ({
  type: 'ScanMatched',
  data: { ...scan(scanId), orderId },
});

const { given } = deciderSpecification(tracking);

describe('when a tracking number is assigned', () => {
  test('it belongs to its order permanently', () => {
    given([]).when(assign()).then([assigned]);
    given([assigned]).when(assign()).thenNothing();
    given([assigned])
      .when(assign(OrderId('o-2')))
      .thenRejected({ code: 'TrackingNumberTaken', orderId });
  });
  test('the scans that were kept find their order', () => {
    given([kept('s1'), kept('s2')])
      .when(assign())
      .then([assigned, matched('s1'), matched('s2')]);
  });
});

describe('when a scan of a number arrives', () => {
  test('that no order has so far, it is kept once', () => {
    given([])
      .when(receive('s1'))
      .then([kept('s1')]);
    given([kept('s1')])
      .when(receive('s1'))
      .thenNothing();
  });
  test('that an order has, it goes to the order at once, and once', () => {
    given([assigned])
      .when(receive('s1'))
      .then([matched('s1')]);
    given([assigned, matched('s1')])
      .when(receive('s1'))
      .thenNothing();
    given([kept('s1'), assigned, matched('s1')])
      .when(receive('s1'))
      .thenNothing();
  });
  test('more often than a real parcel is scanned, it is refused', () => {
    const full = Array.from({ length: maxKeptScans }, (_, n) => kept(`s${n}`));
    given(full).when(receive('more')).thenRejected({ code: 'TooManyScans', limit: maxKeptScans });
  });
});

test('whenever the number is assigned, every scan is matched exactly once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 30 }), fc.nat(30), (scans, when) => {
      const commands = scans.map((n) => receive(`s${n}`));
      commands.splice(Math.min(when, commands.length), 0, assign());
      const events: TrackingEvent[] = [];
      for (const command of commands) {
        const decision = tracking.decide(command, fold(tracking, tracking.initialState, events));
        expect(decision.ok).toBe(true);
        if (decision.ok) events.push(...decision.value);
      }
      const found = events.flatMap((event) => (event.type === 'ScanMatched' ? [event.data.scanId] : []));
      expect(found.sort()).toEqual([...new Set(scans)].map((n) => `s${n}`).sort());
    }),
  );
});
