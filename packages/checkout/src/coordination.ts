// The two kinds of coordination of an order. The process managers of each kind ignore the orders of the other.
import type { Coordination } from '@holdfast/ordering';
import type { RecordedEvent } from '@holdfast/kernel';

const managers: Readonly<Record<Coordination, readonly string[]>> = {
  ORCHESTRATION: ['checkout'],
  CHOREOGRAPHY: ['inventorypolicy', 'paymentpolicy', 'orderingpolicy'],
};

const coordinationBy: ReadonlyMap<string, Coordination> = new Map(
  Object.entries(managers).flatMap(([coordination, names]) =>
    names.map((name) => [`process:${name}`, coordination as Coordination] as const),
  ),
);

/**
 * Whether a process manager of the other kind caused the event, so that its order is of the other kind. Avoids reading
 * a stream that does not exist; an event that this check misses leads to no decision.
 */
export function isOfOther(own: Coordination, { metadata }: RecordedEvent): boolean {
  const coordination = coordinationBy.get(metadata.actor);
  return coordination !== undefined && coordination !== own;
}
