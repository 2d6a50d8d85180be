// The progress of a reactor while effects of many events are under way: every event up to `handled` has had its effect. A
// slow event holds back this position and the later events of its stream, but no other event.
import type { Position, RecordedEvent } from '@holdfast/kernel';

/** `kind`: an event with an effect; the end of a batch that had events; the end of an empty batch. */
type Entry = { readonly position: Position; readonly kind: 'effect' | 'read' | 'empty'; isDone: boolean };

/** Called when further events are handled. `hadEffect`: whether one of them had an effect. */
type Moved = (position: Position, hadEffect: boolean) => void;

export class ReactorProgress {
  readonly #entries: Entry[] = [];
  readonly #byStream = new Map<string, Promise<void>>();
  /** position up to which the log was read; all events under way lie before it */
  #read: Position;
  #handled: Position;
  #underWay = 0;
  #isClosed = false;
  #freed: (() => void) | null = null;

  readonly #moved: Moved;

  constructor(after: Position, moved: Moved) {
    this.#read = after;
    this.#handled = after;
    this.#moved = moved;
  }

  get handled(): Position {
    return this.#handled;
  }

  get read(): Position {
    return this.#read;
  }

  /**
   * Starts `work` once the earlier events of the stream are done. `work` resolves to true when it is done, and to false
   * when it was stopped. It must not reject.
   */
  begin({ position, stream }: RecordedEvent, work: () => Promise<boolean>): void {
    const entry = { position, kind: 'effect', isDone: false } as Entry;
    this.#entries.push(entry);
    this.#underWay += 1;
    const before = this.#byStream.get(stream) ?? Promise.resolve();
    const done = before.then(work).then((isDone) => {
      if (this.#byStream.get(stream) === done) this.#byStream.delete(stream);
      this.#underWay -= 1;
      entry.isDone = isDone;
      this.#advance();
      this.#freed?.();
    });
    this.#byStream.set(stream, done);
  }

  /** The log is read up to here: no earlier event will come. `hadEvents`: whether any came since the last call. */
  readUpTo(position: Position, hadEvents: boolean): void {
    this.#read = position;
    this.#entries.push({ position, kind: hadEvents ? 'read' : 'empty', isDone: true });
    this.#advance();
  }

  /** Resolves when fewer than `most` events wait for their effect, and when it is closed. */
  async room(most: number): Promise<void> {
    while (!this.#isClosed && (this.#underWay >= most || this.#entries.length >= 10 * most))
      await new Promise<void>((resolve) => (this.#freed = resolve));
  }

  close(): void {
    this.#isClosed = true;
    this.#freed?.();
  }

  /** Resolves when nothing is under way. */
  async rest(): Promise<void> {
    while (this.#byStream.size > 0) await Promise.all(this.#byStream.values());
  }

  #advance(): void {
    const pending = this.#entries.findIndex(({ isDone }) => !isDone);
    const done = this.#entries.splice(0, pending === -1 ? this.#entries.length : pending);
    const last = done.at(-1);
    if (last === undefined) return;
    this.#handled = last.position;
    // An empty batch moves the position, but is not worth a write.
    const event = done.findLast(({ kind }) => kind !== 'empty');
    if (event !== undefined)
      this.#moved(
        event.position,
        done.some(({ kind }) => kind === 'effect'),
      );
  }
}
