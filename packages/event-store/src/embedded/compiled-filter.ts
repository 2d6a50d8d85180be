// A filter made ready for many events: prefixes as text for events in memory, as bytes for records on the disk.
import type { Filter } from '../port.js';

export class CompiledFilter {
  /** null chooses all */
  readonly bytes: readonly Buffer[] | null;
  readonly #prefixes: readonly string[] | null;

  constructor(filter: Filter | undefined) {
    this.#prefixes = filter?.streamPrefixes ?? null;
    this.bytes = this.#prefixes?.map((prefix) => Buffer.from(prefix)) ?? null;
  }

  chooses(stream: string): boolean {
    return this.#prefixes === null || this.#prefixes.some((prefix) => stream.startsWith(prefix));
  }
}
