// Delivered orders that come back, each with the end that it must reach.
import { Sku, type DomainCommand } from '@holdfast/kernel';
import { orderId, type Scenario } from './scenario.js';

const byStaff = {
  pack: { type: 'MarkPacked', data: { orderId } },
  ship: { type: 'MarkShipped', data: { orderId, carrier: 'carrier', trackingNumber: 'T-1' } },
  deliver: { type: 'MarkDelivered', data: { orderId } },
} as const;
const takeBack = (returnId: string, units: Readonly<Record<string, number>>): DomainCommand => {
  const lines = Object.entries(units).map(([sku, quantity]) => ({ sku: Sku(sku), quantity }));
  return { type: 'AcceptReturn', data: { orderId, returnId, lines, reason: 'too blue' } };
};
const delivering = {
  OrderConfirmed: [byStaff.pack],
  OrderPacked: [byStaff.ship],
  OrderShipped: [byStaff.deliver],
} as const;

/** Orders of two TEA and one CUP that are delivered and come back, in whole or in parts. */
const returns: Readonly<Record<string, Scenario>> = {
  'a delivered order is kept': { returned: { TEA: 0, CUP: 0 }, on: delivering, ends: 'DELIVERED' },
  'a delivered order comes back in part': {
    returned: { TEA: 1, CUP: 0 },
    on: { ...delivering, OrderDelivered: [takeBack('r1', { TEA: 1 })] },
    ends: 'DELIVERED',
  },
  'a delivered order comes back part by part': {
    returned: { TEA: 2, CUP: 1 },
    on: {
      ...delivering,
      OrderDelivered: [takeBack('r1', { TEA: 1 })],
      OrderReturned: [takeBack('r2', { TEA: 1, CUP: 1 })],
    },
    ends: 'DELIVERED',
  },
  'one return is accepted twice': {
    returned: { TEA: 0, CUP: 1 },
    on: { ...delivering, OrderDelivered: [takeBack('r1', { CUP: 1 }), takeBack('r1', { CUP: 1 })] },
    ends: 'DELIVERED',
  },
  'more comes back than is left': {
    returned: { TEA: 2, CUP: 0 },
    on: {
      ...delivering,
      OrderDelivered: [takeBack('r1', { TEA: 2 })],
      OrderReturned: [takeBack('r2', { TEA: 1 })],
    },
    ends: 'DELIVERED',
  },
};
export const returned: readonly (readonly [string, Scenario])[] = Object.entries(returns).flatMap(
  ([title, scenario]) => [
    [`${title}, paid by wallet`, scenario] as const,
    [`${title}, paid by card`, { ...scenario, paymentMethod: 'CARD', cardToken: 'ok' }] as const,
  ],
);
