// The one reader of the feed for all live updates of a process. It gives each event to the followed models, and reads as
// long as there is a subscription.
import type { EventStore } from '@holdfast/event-store';
import type { Document, Position } from '@holdfast/kernel';
import { isPending, type Feed } from '@holdfast/runtime';
import type { Folded } from '../queries/documents.js';
import { graphQLError } from '../graphql/errors.js';
import { FoldMarks } from './fold-marks.js';
import { LiveModel, type Change } from './live-model.js';
import { UpdateQueue } from './update-queue.js';

type Source = { readonly store: EventStore; readonly feed: Feed };
type AnyModel = Pick<LiveModel<Document>, 'take' | 'end'>;

/** One reading of the feed: from the first subscription until none is left. */
export class Session {
  readonly #leaving = new AbortController();
  readonly #models = new Map<string, AnyModel>();
  readonly #topics = new Map<string, Topics>();
  #readers = 0;
  #isOver = false;

  private constructor(
    private readonly source: Source,
    private readonly marks: FoldMarks,
    /** Everything up to this position has been given to the listeners. */
    public position: Position,
    private readonly over: () => void,
  ) {}

  static async begin(source: Source, marks: FoldMarks, over: () => void): Promise<Session> {
    const { synced } = await source.store.end();
    const session = new Session(source, marks, synced, over);
    void session.#follow();
    return session;
  }

  /** Joins the session. Returns the function that leaves it, or null when the session is over. */
  enter(): (() => void) | null {
    if (this.#isOver) return null;
    this.#readers += 1;
    let isHere = true;
    return () => {
      if (!isHere) return;
      isHere = false;
      this.#readers -= 1;
      if (this.#readers > 0) return;
      this.#end();
      this.#leaving.abort();
    };
  }

  #end(): void {
    this.#isOver = true;
    this.over();
  }

  model<D extends Document>(folded: Folded<D>): LiveModel<D> {
    const { name } = folded.projection;
    const known = this.#models.get(name) as LiveModel<D> | undefined;
    if (known !== undefined) return known;
    const model = new LiveModel(this.source.store, folded, this.marks);
    this.#models.set(name, model);
    return model;
  }

  /** Listeners to the documents that events add to a projection's further collections, by topic. */
  topics<D extends Document, A extends Document>(
    folded: Folded<D>,
    topicOf: (added: A) => string,
  ): Topics<A> {
    const { name } = folded.projection;
    const known = this.#topics.get(name) as Topics<A> | undefined;
    if (known !== undefined && !known.isOver) return known;
    const topics = new Topics<A>(topicOf);
    this.#topics.set(name, topics as unknown as Topics);
    void topics.follow(this.model(folded));
    return topics;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#leaving;
    let failure: unknown = null;
    try {
      for await (const batch of this.source.feed({ streams: 'all', after: this.position, signal })) {
        for (const event of batch) {
          this.position = event.position;
          for (const model of this.#models.values()) model.take(event);
        }
      }
    } catch (error) {
      failure = error;
    }
    this.#end();
    for (const model of this.#models.values()) model.end(failure);
  }
}

/** The listeners, by topic. An event costs the same however many listeners there are. It ends with the last listener. */
export class Topics<A extends Document = Document> {
  readonly #listening = new Map<string, Set<UpdateQueue<A>>>();
  readonly #idle = new AbortController();

  constructor(private readonly topicOf: (added: A) => string) {}

  get isOver(): boolean {
    return this.#idle.signal.aborted;
  }

  listen(topic: string, queue: UpdateQueue<A>): () => void {
    const queues = this.#listening.get(topic) ?? new Set();
    this.#listening.set(topic, queues.add(queue));
    return () => {
      queues.delete(queue);
      if (queues.size === 0 && this.#listening.get(topic) === queues) this.#listening.delete(topic);
      if (this.#listening.size === 0) this.#idle.abort();
    };
  }

  /** Gives added documents to their listeners. Changes are applied one after the other, to keep the order of the log. */
  async follow<D extends Document>(model: LiveModel<D>): Promise<void> {
    const changes = new UpdateQueue<Change<D>>();
    const leave = model.listen('all', changes);
    let failure: unknown = null;
    try {
      for await (const { applied } of changes.read(this.#idle.signal)) {
        const given = applied();
        const result = isPending(given) ? await given : given;
        for (const added of (result?.added ?? []) as readonly A[])
          for (const queue of this.#listening.get(this.topicOf(added)) ?? []) queue.push(added);
      }
    } catch (error) {
      failure = error;
    } finally {
      leave();
      this.#idle.abort();
    }
    for (const queues of this.#listening.values()) for (const queue of queues) queue.end(failure);
  }
}

const sessions = new WeakMap<Feed, Sessions>();

/** Joins the one session that a process has for a feed. Returns it with the function that leaves it. */
export async function follow(
  source: Source,
): Promise<{ readonly session: Session; readonly leave: () => void }> {
  const of: Sessions = sessions.get(source.feed) ?? { now: null, marks: new FoldMarks() };
  sessions.set(source.feed, of);
  for (let tries = 0; tries < 3; tries += 1) {
    const session = await (of.now ??= begin(source, of));
    const leave = session.enter();
    if (leave !== null) return { session, leave };
  }
  // The feed ended at each of several attempts, so it was stopped.
  throw graphQLError('SERVICE_UNAVAILABLE', 'shutting down: try again');
}

type Sessions = { now: Promise<Session> | null; readonly marks: FoldMarks };

function begin(source: Source, sessions: Sessions): Promise<Session> {
  const over = (): void => {
    if (sessions.now === begun) sessions.now = null;
  };
  const begun: Promise<Session> = Session.begin(source, sessions.marks, over);
  begun.catch(over);
  return begun;
}
