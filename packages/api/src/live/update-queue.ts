// The updates that one subscription has not read yet. All subscriptions to a document share the entries, so the queue may
// be long. A subscription whose queue is full ends; its client goes on from its cursor.
import { FeedOverflow } from '@holdfast/runtime';

const mostWaiting = 10_000;

export class UpdateQueue<T> {
  #waiting: T[] = [];
  #end: { readonly error: unknown } | null = null;
  #wake = (): void => undefined;

  push(item: T): void {
    if (this.#end !== null) return;
    if (this.#waiting.length < mostWaiting) this.#waiting.push(item);
    else {
      this.#waiting = [];
      this.#end = { error: new FeedOverflow('too slow: resume from the cursor') };
    }
    this.#wake();
  }

  /** Ends the queue behind the waiting entries: with an error, or with null when the program stops. */
  end(error: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** The items in order, until `signal` is aborted or the queue ends. @throws FeedOverflow */
  async *read(signal: AbortSignal): AsyncGenerator<T> {
    const wake = (): void => {
      this.#wake();
    };
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        const waiting = this.#waiting;
        this.#waiting = [];
        yield* waiting;
        if (this.#waiting.length > 0) continue;
        if (this.#end !== null) {
          if (this.#end.error !== null) throw errorOf(this.#end.error);
          return;
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (signal.aborted) resolve();
        });
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}

const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
