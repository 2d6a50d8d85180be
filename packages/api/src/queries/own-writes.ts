// Read-your-writes without asking for it: what somebody did through this process shows in what they ask of it next, and in
// what staff ask, who see everybody's. A client that may reach another process passes the position of the answer.
import { Cache, type Projections } from '@holdfast/runtime';
import { beforeAll, type Position } from '@holdfast/kernel';
import { answerMs } from './documents.js';
import { collections } from './read-models.js';

const rememberedViewers = 10_000;

export class OwnWrites {
  readonly #last = new Cache<string, Position>(rememberedViewers);
  #lastOfAll: Position = beforeAll;

  constructor(private readonly projections: Pick<Projections, 'position' | 'reached'>) {}

  /** Of a mutation's answer, the position that it reflects. */
  note(viewerId: string, answer: unknown): void {
    const { position } = (answer ?? {}) as { readonly position?: unknown };
    if (typeof position !== 'number') return;
    this.#last.set(viewerId, Math.max(position, this.#last.get(viewerId) ?? position));
    this.#lastOfAll = Math.max(position, this.#lastOfAll);
  }

  /** Waits, bounded, until the read models have what this viewer may know of: all of them are written together. */
  async areShown(viewerId: string, isStaff: boolean): Promise<void> {
    const last = isStaff ? this.#lastOfAll : (this.#last.get(viewerId) ?? beforeAll);
    if (this.projections.position(collections.orders) >= last) return;
    await this.projections.reached(collections.orders, last, answerMs);
  }
}
