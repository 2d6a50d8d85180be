// Stored events keep the shape that they were written in. Upcasters lift them to the present shape when they are read.
import type { RecordedEvent } from './envelope.js';
import { invariant } from './exhaustive.js';

/** By event type: the n-th function lifts data of schemaVersion n to n + 1, counted from 1. */
export type Upcasters = Readonly<Record<string, readonly ((data: never) => unknown)[]>>;

/** The present schemaVersion of each type that has upcasters; every other type is at version 1. */
export const versionsOf = <Type extends string>(
  upcasters: Readonly<Record<Type, Upcasters[string]>>,
): Readonly<Record<Type, number>> =>
  Object.fromEntries(
    Object.entries<Upcasters[string]>(upcasters).map(([type, steps]) => [type, steps.length + 1]),
  ) as Record<Type, number>;

/** Returns the event in its present shape: the same object when nothing changed. */
export function upcast(upcasters: Upcasters, event: RecordedEvent): RecordedEvent {
  const steps = upcasters[event.type] ?? [];
  const from = event.metadata.schemaVersion;
  const present = steps.length + 1;
  if (from === present) return event;
  invariant(
    from >= 1 && from < present,
    `version ${from} is not one of the ${present} that this program knows of ${event.type}`,
  );
  const data = steps.slice(from - 1).reduce<unknown>((older, lift) => lift(older as never), event.data);
  return { ...event, data, metadata: { ...event.metadata, schemaVersion: present } };
}
