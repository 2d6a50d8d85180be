// The checkpoint of a reactor. Effects do not wait until it is saved. When it is behind, some effects are repeated, under
// keys by which the outside world recognises them.
import type { EventStore } from '@holdfast/event-store';
import { beforeAll, type Cancel, type Environment, type Position } from '@holdfast/kernel';
import type { ReadStore } from '@holdfast/read-store';
import { backoffMs } from './backoff.js';
import { delay } from './follow.js';

export type Checkpoint = {
  /** Returns the position after which the reactor begins. */
  begin(): Promise<Position>;
  /** Saves this position: at once after an effect, and within a second after events that had none. */
  save(position: Position, hadEffect?: boolean): void;
  /** Returns whether another runner's checkpoint is ahead of this one. */
  isLost(): boolean;
  /** Saves the position if it is not saved yet. Resolves when no write is under way. */
  rest(): Promise<void>;
};

type Options = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly environment: Environment;
  readonly reactor: { readonly name: string; readonly fromNow?: boolean };
  onError(this: void, error: unknown): void;
};

export const reactorCheckpoint = (name: string): string => `reactor:${name}`;

/** Events without an effect cost little to read again, so their position is written rarely. */
const idleSaveMs = 1000;
const retry = { baseMs: 50, limitMs: 5_000 };

export function createCheckpoint(
  { store, readStore, environment, reactor, onError }: Options,
  signal: AbortSignal,
): Checkpoint {
  const name = reactorCheckpoint(reactor.name);
  let wanted = beforeAll;
  let saved = beforeAll;
  let isLost = false;
  let saving: Promise<void> | null = null;

  const saveAll = async (): Promise<void> => {
    for (let failures = 0; saved < wanted && !isLost;) {
      const position = wanted;
      try {
        if (await readStore.apply([], { name, position })) saved = position;
        else isLost = true;
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        failures += 1;
        await delay(environment, backoffMs(retry, failures, environment.random), signal);
      }
    }
  };

  let cancel: Cancel | null = null;
  const saveNow = (): void => {
    cancel?.();
    cancel = null;
    saving ??= saveAll().finally(() => {
      saving = null;
    });
  };

  return {
    async begin() {
      const stored = await readStore.checkpoint(name);
      isLost = false;
      let position = stored ?? beforeAll;
      if (stored === null && reactor.fromNow === true) {
        ({ written: position } = await store.end());
        await store.synced(position);
        isLost = !(await readStore.apply([], { name, position }));
      }
      wanted = saved = position;
      return position;
    },
    save(position, hadEffect = true) {
      wanted = position;
      if (hadEffect) saveNow();
      else cancel ??= environment.scheduler.after(idleSaveMs, saveNow);
    },
    isLost: () => isLost,
    rest: async () => {
      if (cancel !== null) saveNow();
      await saving;
    },
  };
}
