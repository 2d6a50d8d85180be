// The entries of the audit log.
import { describe, test } from '@jest/globals';
import type { DomainEvent } from '@holdfast/kernel';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { auditLog, type AuditEntry } from './audit-log.js';

const { given } = projectionSpecification(auditLog);

const byStaff = (stream: string, event: DomainEvent) => [recorder()(stream, event, { actor: 'staff:eve' })];
const entry = (stream: string, action: string, differs: Partial<AuditEntry> = {}): AuditEntry => ({
  id: `${stream}:0`,
  actor: 'staff:eve',
  action,
  subject: stream,
  reason: null,
  at: '2026-01-01T00:00:00.000Z',
  position: 0,
  ...differs,
});

describe('the audit log', () => {
  test('when staff change something › has the person, the action, the subject, the reason, and the log position', () => {
    const event = { type: 'StockAdjusted', data: { delta: -3, reason: 'broken' } };
    given(byStaff('stock-TEA', event)).then([entry('stock-TEA', 'StockAdjusted', { reason: 'broken' })]);
  });

  test('when staff give no reason › has none', () => {
    given(byStaff('stock-TEA', { type: 'StockReceived', data: { quantity: 5 } })).then([
      entry('stock-TEA', 'StockReceived'),
    ]);
  });

  test('when an event has a code and a note › the note is the reason', () => {
    const event = { type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED', note: 'asked by phone' } };
    given(byStaff('order-o-1', event)).then([
      entry('order-o-1', 'OrderCancelled', { reason: 'asked by phone' }),
    ]);
  });

  test.each(['intervention-o-1', 'payment-o-1.2', 'shipment-o-1', 'checkout-o-1'])(
    'when staff act on %s › the order is the subject',
    (stream) => {
      given(byStaff(stream, { type: 'Done', data: { reason: 'why' } })).then([
        entry(stream, 'Done', { subject: 'order-o-1', reason: 'why' }),
      ]);
    },
  );

  test.each([
    ['process-checkout', 'abc', 'order-abc'],
    ['process-paymentpolicy', 'payment-abc.2', 'order-abc'],
    ['process-fulfilment', 'order-abc', 'order-abc'],
    ['process-checkout', 'stock-TEA', 'parked-process-checkout'],
    ['process-checkout', undefined, 'parked-process-checkout'],
    ['timers', 'abc', 'parked-timers'],
  ])('when staff retry an event that %s parked under %s › the subject is %s', (consumer, key, subject) => {
    const data = { position: 7, reason: 'mended', ...(key !== undefined && { key }) };
    const stream = `parked-${consumer}`;
    given(byStaff(stream, { type: 'ParkedEventRetried', data })).then([
      entry(stream, 'ParkedEventRetried', { subject, reason: 'mended' }),
    ]);
  });

  test('when an operator acts at the command line › has the name and the reason', () => {
    const stream = 'control-reactor-bridge';
    const actor = 'operator:eve';
    given([
      recorder()(stream, { type: 'EventsReplayed', data: { from: 1, to: 2, reason: 'lost' } }, { actor }),
    ]).then([entry(stream, 'EventsReplayed', { actor, reason: 'lost' })]);
  });

  test('when one action makes several events › it has one entry', () => {
    const record = recorder();
    const by = { actor: 'staff:eve' };
    given([
      record('account-a', { type: 'RolesChanged', data: { roles: ['SUPPORT'], reason: 'joined' } }, by),
      record('account-a', { type: 'SessionsEnded', data: { reason: 'roles-changed' } }, by),
    ]).then([entry('account-a', 'RolesChanged', { reason: 'joined' })]);
  });

  test.each(['customer:ann', 'process:checkout', 'system', 'consumer:timers', 'gateway:simulated'])(
    'an action of %s is not in it',
    (actor) => {
      given([recorder()('stock-TEA', { type: 'StockReceived', data: { quantity: 5 } }, { actor })]).then([]);
    },
  );
});
