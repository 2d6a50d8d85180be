// The last revisions and position of this process's own appends. A cluster node that returns less than these is behind
// the leader.
import { beforeAll, type Position } from '@holdfast/kernel';
import type { Appended, Direction } from '@holdfast/event-store';

const rememberedStreams = 20_000;

export class OwnAppends {
  readonly #revisions = new Map<string, number>();
  #position: Position = beforeAll;

  /** position of the last append */
  get position(): Position {
    return this.#position;
  }

  appended(stream: string, { revision, position }: Appended): void {
    this.#position = Math.max(this.#position, position);
    this.reached(stream, revision);
  }

  /** Records that the stream has an event of this revision. */
  reached(stream: string, revision: number): void {
    const known = this.#revisions.get(stream) ?? -1;
    this.#revisions.delete(stream);
    this.#revisions.set(stream, Math.max(known, revision));
    if (this.#revisions.size <= rememberedStreams) return;
    for (const oldest of this.#revisions.keys()) {
      this.#revisions.delete(oldest);
      return;
    }
  }

  /** Call this when the leader returned fewer events: the stream was deleted, or the log was restored from a backup. */
  forget(stream: string): void {
    this.#revisions.delete(stream);
  }

  forgetPosition(): void {
    this.#position = beforeAll;
  }

  /** Whether a read that returned these revisions left out events that the stream is known to have. */
  isBehind(
    stream: string,
    revisions: readonly number[],
    {
      from,
      direction,
      limit,
    }: { readonly from?: number; readonly direction: Direction; readonly limit: number },
  ): boolean {
    const last = this.#revisions.get(stream) ?? -1;
    if (last === -1) return false;
    if (direction === 'forwards')
      return revisions.length < limit && Math.max(revisions.at(-1) ?? -1, (from ?? 0) - 1) < last;
    return (revisions[0] ?? -1) < Math.min(from ?? last, last);
  }
}
