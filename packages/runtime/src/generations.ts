// What the read store tells of the read models themselves: how far all of them are, and which generation of each is
// served. A runner writes it, readers anywhere follow it.
import type { Document, Position } from '@holdfast/kernel';
import { beforeAll } from '@holdfast/kernel';
import type { CollectionDefinition, ReadStore } from '@holdfast/read-store';

/** Name of the checkpoint that all read models share. */
export const groupCheckpoint = 'projections';

export const generationsCollection: CollectionDefinition = { name: 'generations', indexes: {} };

/** Which generation of a read model is served, and which is being built; the same one while it is the first. */
export type Generation = Document & {
  readonly version: number;
  readonly served: number;
  readonly building: number | null;
};

/** `order-summary@3`: generations of a collection live side by side under the read store's one namespace. */
export const generationOf = (collection: string, generation: number): string => `${collection}@${generation}`;

/** A generation as readers see it, with the last position whose effects it holds. */
export type Served = { readonly generation: number; readonly position: Position };

/** In the order of `names`; null for a read model that no runner has begun. */
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
      const generation = document.served;
      const isFirst = document.building === generation;
      const checkpoint = isFirst ? generationOf(document.id, generation) : groupCheckpoint;
      const position = positions.get(checkpoint) ?? (await readStore.checkpoint(checkpoint)) ?? beforeAll;
      positions.set(checkpoint, position);
      served.push({ generation, position });
    }
  }
  return served;
}
