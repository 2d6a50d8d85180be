// Inputs of the policies, for their specs.
import type { Step } from '@holdfast/checkout';
import { CustomerId, money, OrderId, Sku, type DomainEvent, type RecordedEvent } from '@holdfast/kernel';
import { processSpecification, received, recorder } from '@holdfast/testing';
import {
  createInventoryPolicy,
  createOrderingPolicy,
  createPaymentPolicy,
  type PolicyInput,
} from '../index.js';

const settings = { reservationTtlMs: 900_000, paymentTimeoutMs: 300_000, paymentAttempts: 2 };
export const inventory = processSpecification(createInventoryPolicy());
export const payment = processSpecification(createPaymentPolicy(settings));
export const ordering = processSpecification(createOrderingPolicy(settings));

const at = '2026-01-01T00:00:00.000Z';
export const inFive = '2026-01-01T00:05:00.000Z';
export const inFifteen = '2026-01-01T00:15:00.000Z';
export const orderId = OrderId('o1');
export const customerId = CustomerId('c1');
export const tea = Sku('TEA');
export const cup = Sku('CUP');
export const amount = money.of(20, 'EUR');
export const shippingAddress = { name: 'A', line1: '1', city: 'C', postalCode: 'P', country: 'NL' };
export const transactionId = 'tx-1';

const inOrder = recorder();
export const event = (stream: string, one: DomainEvent) => {
  const recorded = inOrder(stream, one) as RecordedEvent<PolicyInput>;
  return { ...received(recorded), at };
};
export const positionOf = (input: ReturnType<typeof event>): number =>
  input.kind === 'event' ? input.position : -1;
const line = (sku: Sku) => ({ sku, name: sku, quantity: 1, unitPrice: money.of(10, 'EUR') });
export const placed = (paymentMode: 'AUTOMATIC' | 'ON_CONFIRMATION', paymentMethod = 'WALLET') =>
  event('order-o1', {
    type: 'OrderPlaced',
    data: {
      ...{ customerId, lines: [line(tea), line(cup)], paymentMethod, paymentMode, shippingAddress },
      coordination: 'CHOREOGRAPHY',
    },
  });
export const began = { definition: 'stock-first', definitionVersion: 2, orderId } as const;
export const stock = [
  { sku: tea, quantity: 1 },
  { sku: cup, quantity: 1 },
];
export const ofStock = (sku: Sku, type: string, data: object = { quantity: 1 }) =>
  event(`stock-${sku}`, { type, data: { orderId, ...data } });
export const stated = (policy: string, type: string, data: object = {}) =>
  event(`${policy}-o1`, { type, data });
export const ended = event('order-o1', { type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED' } });
export const undone = (step: Step, by: ReturnType<typeof event>) =>
  ({ type: 'StepUndone', data: { step, position: positionOf(by) } }) as const;
export const added = (step: Step, by: ReturnType<typeof event>) =>
  ({ type: 'UndoAdded', data: { step, position: positionOf(by) } }) as const;
