// Read your own writes: after a mutation, the next query of the same viewer in this process shows its effect, and so do
// queries of staff. A client that may reach another process passes the position of the mutation's result.
import { Cache, type Projections } from '@holdfast/runtime';
import { beforeAll, type Position } from '@holdfast/kernel';
import { answerMs } from './documents.js';
import { collections } from './read-models.js';

const rememberedViewers = 10_000;

export class OwnWrites {
  readonly #last = new Cache<string, Position>(rememberedViewers);
  #lastOfAll: Position = beforeAll;

  constructor(private readonly projections: Pick<Projections, 'position' | 'reached'>) {}

  /** Keeps the position that a mutation's result reflects. */
  note(viewerId: string, result: unknown): void {
    const { position } = (result ?? {}) as { readonly position?: unknown };
    if (typeof position !== 'number') return;
    this.#last.set(viewerId, Math.max(position, this.#last.get(viewerId) ?? position));
    this.#lastOfAll = Math.max(position, this.#lastOfAll);
  }

  /**
   * Waits, within a limit, until the read models show the viewer's own writes. Checking one read model is enough: all are
   * written together.
   */
  async areShown(viewerId: string, isStaff: boolean): Promise<void> {
    const last = isStaff ? this.#lastOfAll : (this.#last.get(viewerId) ?? beforeAll);
    if (this.projections.position(collections.orders) >= last) return;
    await this.projections.reached(collections.orders, last, answerMs);
  }
}
