// The read store's own data about read models: the position of all of them, and the generation of each that is served. A
// runner writes it, readers anywhere follow it. Each generation has one version: a process feeds and reads generations
// of its own version, and leaves others as they are (ADR 0016).
import type { Document, Position, Projection } from '@holdfast/kernel';
import { beforeAll } from '@holdfast/kernel';
import type { CollectionDefinition, ReadStore } from '@holdfast/read-store';

/** Name of the checkpoint that all read models share. */
export const groupCheckpoint = 'projections';

export const generationsCollection: CollectionDefinition = { name: 'generations', indexes: {} };

/**
 * The generation of a read model that is served, and the one that is being built; both are the same while the first one
 * is built.
 */
export type Generation = Document & {
  /** version of the projection that made the served generation */
  readonly version: number;
  readonly served: number;
  readonly building: number | null;
  /** Version of `building`; absent in old documents, where it equals `version`. */
  readonly buildingVersion?: number | null;
  /**
   * Position at which the served generation stopped, because the runner has another version; otherwise it moves with
   * the group.
   */
  readonly leftAt?: Position | null;
  /**
   * Present while a rebuild waits for an operator, who switches to it or abandons it. `building` turns to `ready` once it
   * has caught up.
   */
  readonly hold?: 'building' | 'ready' | null;
};

/** `order-summary@3`: generations of a collection live side by side under the read store's one namespace. */
export const generationOf = (collection: string, generation: number): string => `${collection}@${generation}`;

/**
 * A runner's plan for a read model. `join`: feed the served generation with the group. `build`: bring the generation that is
 * being built up to the group's position, then serve it. `standBy`: do nothing, because a newer process built the served one.
 */
export type Plan = {
  readonly kind: 'join' | 'build' | 'standBy';
  /** stored before any other work */
  readonly document: Generation;
  /** Position that the served generation is fed from again, after it was left. */
  readonly catchUpFrom?: Position;
  /** generations that are no longer needed */
  readonly drops: readonly number[];
};

/** `group`: position of the group; `own`: the served generation's own checkpoint. */
export function planFor(
  known: Generation | null,
  { name, version }: Pick<Projection, 'name' | 'version'>,
  { group, own }: { readonly group: Position; readonly own: Position },
): Plan {
  if (known === null) {
    // When the group is at the log's beginning it is built with the group. Otherwise it has to catch up.
    const joins = group === beforeAll;
    const document = { id: name, version, served: 1, building: joins ? null : 1, buildingVersion: version };
    return { kind: joins ? 'join' : 'build', document, drops: [] };
  }
  const { served, building, buildingVersion = known.version } = known;
  const isFirst = building === served;
  const leftAt = known.leftAt ?? (isFirst ? own : group);
  if (known.version > version) return { kind: 'standBy', document: { ...known, leftAt }, drops: [] };

  const isOurs = building === null || buildingVersion === version;
  const drops = isOurs || isFirst ? [] : [building];
  if (known.version < version) {
    if (building !== null && isOurs) return { kind: 'build', document: known, drops };
    const next = Math.max(served, building ?? 0) + 1;
    const document = { ...known, building: next, buildingVersion: version, leftAt, hold: null };
    return { kind: 'build', document, drops };
  }
  if (typeof known.leftAt === 'number') {
    const document = { ...known, building: served, buildingVersion: version, leftAt: null, hold: null };
    return { kind: 'build', document, catchUpFrom: known.leftAt, drops };
  }
  if (!isOurs) return { kind: 'join', document: { ...known, building: null }, drops };
  return { kind: building === null ? 'join' : 'build', document: known, drops };
}

/** The generation that readers use. `position`: the last position whose effects it has. */
export type Served = { readonly generation: number; readonly version: number; readonly position: Position };

/** Returns the served generations in the order of `names`; null for a read model that no runner has begun. */
export async function readServed(
  readStore: ReadStore,
  names: readonly string[],
): Promise<readonly (Served | null)[]> {
  const documents = await readStore.getMany<Generation>(generationsCollection.name, names);
  const served: (Served | null)[] = [];
  const positions = new Map<string, Position>();
  for (const document of documents) {
    if (document === null) served.push(null);
    else {
      const { served: generation, version, leftAt } = document;
      const isFirst = document.building === generation;
      const checkpoint = isFirst ? generationOf(document.id, generation) : groupCheckpoint;
      const moving = positions.get(checkpoint) ?? (await readStore.checkpoint(checkpoint)) ?? beforeAll;
      positions.set(checkpoint, moving);
      served.push({ generation, version, position: leftAt ?? moving });
    }
  }
  return served;
}
