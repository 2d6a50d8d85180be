// The event names of older systems. An alias is a topic of its own; it has a copy of each event, whose type is the alias.
import type { IntegrationEvent } from './integration-event.js';
import type { PublicType } from './public-events.js';

export const aliases = {
  'orders.created': 'order.created',
  'inventory.reserved': 'stock.reduction.success',
  'payments.success': 'payment.completed',
  'payments.failed': 'payment.fail',
} as const satisfies Readonly<Record<string, PublicType>>;

export type Alias = keyof typeof aliases;
export const isAlias = (name: string): name is Alias => Object.hasOwn(aliases, name);

/**
 * Each event, followed by its copy for each of the `wanted` aliases. A copy has the same id, because it is the same event: a
 * consumer that reads both topics counts it once.
 */
export const withAliases = (
  events: readonly IntegrationEvent[],
  wanted: readonly Alias[],
): readonly IntegrationEvent[] =>
  events.flatMap((event) => [
    event,
    ...wanted
      .filter((alias) => aliases[alias] === event.type)
      .map((alias) => ({ ...event, type: alias, topic: alias })),
  ]);
