// A filter made ready for many events: prefixes as text for events in memory, as bytes for records on the disk.
import type { Filter } from '../port.js';

export class CompiledFilter {
  /** null chooses all */
  readonly bytes: readonly Buffer[] | null;
  /** Prefixes by their first character: each subscriber asks for each event. Null chooses all. */
  readonly #byFirst: ReadonlyMap<number, readonly string[]> | null;

  constructor(filter: Filter | undefined) {
    const prefixes = filter?.streamPrefixes ?? null;
    this.bytes = prefixes?.map((prefix) => Buffer.from(prefix)) ?? null;
    this.#byFirst = prefixes === null || prefixes.includes('') ? null : byFirstCharacter(prefixes);
  }

  chooses(stream: string): boolean {
    if (this.#byFirst === null) return true;
    const prefixes = this.#byFirst.get(stream.charCodeAt(0));
    if (prefixes === undefined) return false;
    for (const prefix of prefixes) if (stream.startsWith(prefix)) return true;
    return false;
  }
}

function byFirstCharacter(prefixes: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const byFirst = new Map<number, string[]>();
  for (const prefix of prefixes) {
    const first = prefix.charCodeAt(0);
    byFirst.set(first, [...(byFirst.get(first) ?? []), prefix]);
  }
  return byFirst;
}
