// Generations of read models in the read store: one document per read model, collections and a checkpoint per generation.
import type { Position, Projection } from '@holdfast/kernel';
import { beforeAll } from '@holdfast/kernel';
import type { ReadStore } from '@holdfast/read-store';
import { generationOf, generationsCollection, type Generation } from './generations.js';
import type { Refused } from './parking.js';
import { createReadModel, definitionsOf, type ReadModel } from './read-model.js';

/** A generation that is being built. */
export type Building = {
  readonly model: ReadModel;
  /** keys whose events wait behind a refused event */
  readonly blocked: Set<string>;
  /** Whether the generation waits for an operator once it has caught up. */
  readonly hold: boolean;
  /** Whether a held generation has reached the group's position; from then on it follows the group. */
  caughtUp: boolean;
  /**
   * Events that a held generation refused, and parked events that it handled. Both are put on record with the switch: until
   * then the parked events are those of the served generation.
   */
  readonly refused: Map<Position, Refused>;
  readonly handled: Set<Position>;
  position: Position;
};

export type GenerationStore = {
  /** Null for a read model that no runner has begun. */
  read(this: void, name: string): Promise<Generation | null>;
  save(this: void, document: Generation): Promise<void>;
  /** Removes the collections and checkpoints of these generations. */
  drop(this: void, projection: Projection, generations: readonly number[]): Promise<void>;
  /**
   * Position of a checkpoint. Read it from the store whenever a write may have failed: the store may have stored the
   * write although its reply was lost.
   */
  reached(this: void, checkpoint: string): Promise<Position>;
  /** Opens a generation to build on. `served`: the read model in memory, used when it is the same generation. */
  openBuilding(
    this: void,
    projection: Projection,
    generation: number,
    served: ReadModel | null,
    hold?: boolean,
  ): Promise<Building>;
};

const collection = generationsCollection.name;

export function createGenerationStore(readStore: ReadStore): GenerationStore {
  const reached = async (checkpoint: string): Promise<Position> =>
    (await readStore.checkpoint(checkpoint)) ?? beforeAll;

  return {
    reached,
    read: async (name) => {
      const [document = null] = await readStore.getMany<Generation>(collection, [name]);
      return document;
    },
    save: async (document) => {
      const name = `${collection}:${document.id}`;
      const position = (await reached(name)) + 1;
      await readStore.apply([{ collection, document }], { name, position });
    },
    drop: async (projection, generations) => {
      if (generations.length === 0) return;
      const collections = generations.flatMap((n) => definitionsOf(projection, n).map(({ name }) => name));
      const checkpoints = generations.map((n) => generationOf(projection.name, n));
      await readStore.drop(collections, checkpoints);
    },
    openBuilding: async (projection, generation, served, hold = false) => {
      await readStore.define(definitionsOf(projection, generation));
      const model =
        served?.generation === generation ? served : createReadModel(readStore, projection, generation);
      const position = await reached(generationOf(projection.name, generation));
      const nothing = { blocked: new Set<string>(), refused: new Map(), handled: new Set<Position>() };
      return { model, hold, caughtUp: false, ...nothing, position };
    },
  };
}
