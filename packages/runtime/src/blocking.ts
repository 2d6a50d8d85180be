// The keys that are blocked by parked events: later events of a blocked key wait.
import type { Position, RecordedEvent } from '@holdfast/kernel';
import { streamId } from '@holdfast/kernel';

/** Parked events, and events about to be parked, by the keys that they block. */
export class Blocking {
  readonly #keys = new Map<Position, string>();
  readonly #positions = new Map<string, Set<Position>>();

  isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  set({ stream, position }: Pick<RecordedEvent, 'stream' | 'position'>, key: string): void {
    this.delete(position);
    this.#keys.set(position, key);
    for (const name of namesOf(stream, key))
      this.#positions.set(name, (this.#positions.get(name) ?? new Set()).add(position));
  }

  delete(position: Position): void {
    const key = this.#keys.get(position);
    if (key === undefined) return;
    this.#keys.delete(position);
    for (const name of [key, streamId(key)]) {
      const positions = this.#positions.get(name);
      positions?.delete(position);
      if (positions?.size === 0) this.#positions.delete(name);
    }
  }

  /** Returns the key of the oldest event before `position` that blocks one of the names; null when none does. */
  find(names: readonly string[], position: Position): string | null {
    if (this.isEmpty()) return null;
    let oldest = position;
    for (const name of names)
      for (const other of this.#positions.get(name) ?? []) if (other < oldest) oldest = other;
    return oldest < position ? (this.#keys.get(oldest) ?? null) : null;
  }
}

const namesOf = (stream: string, key: string): readonly string[] =>
  key === stream ? [key, streamId(key)] : [key];
