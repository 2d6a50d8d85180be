// Locks by name: sections with a name in common run one after the other, in the order in which they came.

export class Locks {
  /** the last section under each name */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs the section when all earlier sections with one of its names are done. */
  async exclusively<T>(names: readonly string[], run: () => Promise<T>): Promise<T> {
    const done = Promise.all(names.map((name) => this.#last.get(name))).then(run);
    const settled = done.then(
      () => undefined,
      () => undefined, // the section's caller gets the error; sections behind it only wait for its end
    );
    for (const name of names) this.#last.set(name, settled);
    try {
      return await done;
    } finally {
      for (const name of names) if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }

  /** Resolves when all sections that have begun are done. */
  async idle(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}

export const collectionLock = (name: string): string => `collection ${name}`;
export const checkpointLock = (name: string): string => `checkpoint ${name}`;
export const leaseLock = (name: string): string => `lease ${name}`;
