// The parked events of a group: links in a stream of its own. Replayed links stay until they are acknowledged, so that a
// crash or a stop meanwhile leaves them parked.
import type { Environment, RecordedEvent } from '@holdfast/kernel';
import { toWire, type WireEvent } from '../streams/stored-event.js';
import type { StreamView } from '../streams/stream-view.js';

export const systemStream = (source: string, group: string, part: 'parked' | 'checkpoint'): string =>
  `$persistentsubscription-${source}::${group}-${part}`;

export class ParkedMessages {
  /** revision of the last link that was replayed, -1 when there is none */
  #replayed = -1;
  /** revisions of links that are being replayed: sent again, and not acknowledged yet */
  readonly #open = new Set<number>();
  /** links before this revision are done and hidden */
  #hidden = 0;
  #hiding: Promise<void> = Promise.resolve();

  constructor(
    private readonly stream: string,
    private readonly view: StreamView,
    private readonly environment: Pick<Environment, 'clock' | 'ids'>,
  ) {}

  /** Appends a link to the event. When the event is a link that the group resolves, the new link points to its target. */
  async park(event: RecordedEvent, reason: string, resolveLinks: boolean): Promise<void> {
    const target = resolveLinks && event.type === '$>' ? await this.view.linked(event) : event;
    const link = target === null ? toWire(event).data : Buffer.from(`${target.revision}@${target.stream}`);
    const added = new Date(this.environment.clock.now()).toISOString();
    const metadata = { added, reason, subscriptionEventNumber: event.revision };
    const parked: WireEvent = {
      id: this.environment.ids.next(),
      type: '$>',
      contentType: 'application/octet-stream',
      data: link,
      metadata: Buffer.from(JSON.stringify(metadata)),
    };
    await this.view.append(this.stream, [parked], 'any');
  }

  /** Returns up to `limit` links that are not being replayed already. Call `done` for each one when it is acknowledged. */
  async replay(limit: number): Promise<readonly RecordedEvent[]> {
    const links: RecordedEvent[] = [];
    const pages = await this.view.read(this.stream, {
      from: this.#replayed + 1,
      direction: 'forwards',
      limit,
    });
    for await (const page of pages ?? []) links.push(...page);
    for (const { revision } of links) {
      this.#replayed = revision;
      this.#open.add(revision);
    }
    return links;
  }

  /** Hides the links up to the first one that is not done. */
  done(revision: number): Promise<void> {
    this.#open.delete(revision);
    this.#hiding = this.#hiding.then(() => this.#hide());
    return this.#hiding;
  }

  async count(): Promise<number> {
    const pages = await this.view.read(this.stream, {
      from: this.#replayed + 1,
      direction: 'forwards',
      limit: Infinity,
    });
    let count = 0;
    for await (const page of pages ?? []) count += page.length;
    return count;
  }

  async #hide(): Promise<void> {
    const reached = this.#open.size === 0 ? this.#replayed + 1 : Math.min(...this.#open);
    if (reached <= this.#hidden) return;
    this.#hidden = reached;
    const metadata: WireEvent = {
      id: this.environment.ids.next(),
      type: '$metadata',
      contentType: 'application/json',
      data: Buffer.from(JSON.stringify({ $tb: reached })),
      metadata: new Uint8Array(),
    };
    try {
      await this.view.append(`$$${this.stream}`, [metadata], 'any');
    } catch {
      // The store is closing. The links stay parked and can be replayed again; delivery is at least once.
    }
  }
}
