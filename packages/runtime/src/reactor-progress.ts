// How far a reactor is, while effects of many events are under way: every event up to `handled` has had its effect. An event
// that takes long holds back this position, and no other event but those of its stream.
import type { Position, RecordedEvent } from '@holdfast/kernel';

/** `kind`: an event with an effect; the end of a batch that had events; the end of an empty batch. */
type Entry = { readonly position: Position; readonly kind: 'effect' | 'read' | 'empty'; isDone: boolean };

/** Called when further events are handled. `hadEffect`: whether one of them had an effect. */
type Moved = (position: Position, hadEffect: boolean) => void;

export class ReactorProgress {
  readonly #entries: Entry[] = [];
  readonly #byStream = new Map<string, Promise<void>>();
  /** of the log that was read; what is under way lies before it */
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
   * Has `work` done when the events of the stream before this one are. It resolves to whether it is done: what was stopped
   * is not. It must not reject.
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

  /** The log is read up to here: no event before it is to come. `hadEvents`: whether there were any since the last call. */
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
    // A position between events is worth no write.
    const event = done.findLast(({ kind }) => kind !== 'empty');
    if (event !== undefined)
      this.#moved(
        event.position,
        done.some(({ kind }) => kind === 'effect'),
      );
  }
}
