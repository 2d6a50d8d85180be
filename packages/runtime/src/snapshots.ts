// With snapshots, long streams are not replayed. They are a cache: a snapshot that is lost, or can't be read or written,
// costs a replay and nothing else. It is stored in parts of bounded size, so that the state may be of any size.
import type { Awaitable, Document, Environment, Json, Position } from '@holdfast/kernel';
import { invariant } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { ReadStore } from '@holdfast/read-store';
import { andThen, recover } from './awaitable.js';
import { takingTurns, type Turn } from './turns.js';

export type Snapshot = {
  readonly stream: string;
  /** version of the codec that wrote the parts; a snapshot of another version is not read */
  readonly version: number;
  readonly revision: number;
  readonly logPosition: Position;
  /** Taken one by one, with other work in between. */
  readonly parts: Iterable<Json>;
};

/** A snapshot as it was read: `parts` counts them. */
export type SnapshotHead = Omit<Snapshot, 'parts' | 'stream'> & { readonly parts: number };

export type Snapshots = {
  /**
   * Passes each part to `take`. Returns null when there is no complete snapshot; the parts passed until then must be
   * dropped.
   */
  read(stream: string, version: number, take: (part: Json) => void): Awaitable<SnapshotHead | null>;
  /** Returns at once. The snapshot is stored when its events are synced, or dropped when that fails. */
  write(snapshot: Snapshot): void;
};

const heads = 'snapshots';
const parts = 'snapshot-parts';
const partsAtOnce = 4;
/** With more parts, the checkpoints of two revisions would overlap. */
const maxParts = 2 ** 20;

/** `slot`: snapshots alternate between two, so that one stays whole while the next one is written. */
type HeadDocument = Document & SnapshotHead & { readonly slot: number };
type PartDocument = Document & { readonly revision: number; readonly json: string };

const partId = (stream: string, slot: number, n: number): string => `${stream}/${slot}/${n}`;

export async function openSnapshots(
  store: EventStore,
  readStore: ReadStore,
  onError: (error: unknown) => void,
  environment: Pick<Environment, 'scheduler'>,
): Promise<Snapshots> {
  await readStore.define([
    { name: heads, indexes: {} },
    { name: parts, indexes: {} },
  ]);

  const source: SnapshotStore = { store, readStore, turn: takingTurns(environment.scheduler) };
  const none = (error: unknown): null => {
    onError(error);
    return null;
  };

  return {
    read: (stream, version, take) =>
      recover(
        () =>
          andThen(readStore.getMany<HeadDocument>(heads, [stream]), ([head]) =>
            readFrom(source, head, stream, version, take),
          ),
        none,
      ),
    write: (snapshot) => {
      write(source, snapshot).catch(onError);
    },
  };
}

type SnapshotStore = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  /** between two parts */
  readonly turn: Turn;
};

function readFrom(
  source: SnapshotStore,
  head: HeadDocument | null | undefined,
  stream: string,
  version: number,
  take: (part: Json) => void,
): Awaitable<SnapshotHead | null> {
  if (head?.version !== version || typeof head.parts !== 'number') return null;
  return readParts(source, stream, head, take).then((isWhole) => (isWhole ? head : null));
}

async function readParts(
  { readStore, turn }: SnapshotStore,
  stream: string,
  { slot, revision, parts: count }: HeadDocument,
  take: (part: Json) => void,
): Promise<boolean> {
  for (let n = 0; n < count; n += partsAtOnce) {
    const ids = Array.from({ length: Math.min(partsAtOnce, count - n) }, (_, k) =>
      partId(stream, slot, n + k),
    );
    for (const part of await readStore.getMany<PartDocument>(parts, ids)) {
      // Another process has begun to write the next snapshot but one into this slot.
      if (part?.revision !== revision) return false;
      take(JSON.parse(part.json) as Json);
    }
    await turn();
  }
  return true;
}

async function write(
  { store, readStore, turn }: SnapshotStore,
  { stream, version, revision, logPosition, parts: written }: Snapshot,
): Promise<void> {
  // A snapshot of events that a crash loses would be ahead of the log.
  await store.synced(logPosition);
  const [before] = await readStore.getMany<HeadDocument>(heads, [stream]);
  const slot = before?.slot === 0 ? 1 : 0;
  let count = 0;
  // The position grows with revision and part. When two processes write at once, the write of the older snapshot fails.
  const checkpoint = (): { readonly name: string; readonly position: number } => ({
    name: `snapshot:${stream}`,
    position: revision * maxParts + count,
  });
  for (const part of written) {
    invariant(count < maxParts - 1, `a snapshot of ${stream} has more than ${maxParts} parts`);
    const document: PartDocument = { id: partId(stream, slot, count), revision, json: JSON.stringify(part) };
    count += 1;
    if (!(await readStore.apply([{ collection: parts, document }], checkpoint()))) return;
    await turn();
  }
  const document: HeadDocument = { id: stream, version, revision, logPosition, parts: count, slot };
  count += 1;
  await readStore.apply([{ collection: heads, document }], checkpoint());
}
