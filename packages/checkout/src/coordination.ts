// The process managers of an order, by how it is coordinated. Each kind leaves the other's orders alone.
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
 * Whether an event is the effect of a process manager of the other kind, so that it is about an order of the other kind.
 * Spares reading a stream that does not exist; an event that this misses leads to no decision.
 */
export function isOfOther(own: Coordination, { metadata }: RecordedEvent): boolean {
  const coordination = coordinationBy.get(metadata.actor);
  return coordination !== undefined && coordination !== own;
}
