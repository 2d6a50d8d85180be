// Snapshots spare long streams their replay. They are a cache: lost or refused, the stream is read from the start.
import type { Awaitable, Document, Json, Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { ReadStore } from '@holdfast/read-store';
import { andThen } from './awaitable.js';

export type Snapshot = {
  readonly stream: string;
  /** of the codec that wrote `state`; another version's snapshot is as good as none */
  readonly version: number;
  readonly revision: number;
  readonly logPosition: Position;
  readonly state: Json;
  readonly recent: Json;
};

export type Snapshots = {
  read(stream: string, version: number): Awaitable<Snapshot | null>;
  /** Returns at once; the snapshot is kept when its events are synced, or dropped when it can't be. */
  write(snapshot: Snapshot): void;
};

const collection = 'snapshots';
/** MongoDB's documents end at 16 MiB; a larger state costs more to write than its stream to read. */
const maxBytes = 8 * 1024 * 1024;

type SnapshotDocument = Document & { readonly version: number; readonly json: string };

export async function openSnapshots(
  store: EventStore,
  readStore: ReadStore,
  onError: (error: unknown) => void,
): Promise<Snapshots> {
  await readStore.define([{ name: collection, indexes: {} }]);
  return {
    read: (stream, version) =>
      andThen(readStore.getMany<SnapshotDocument>(collection, [stream]), ([document]) =>
        document?.version === version ? (JSON.parse(document.json) as Snapshot) : null,
      ),
    write: (snapshot) => {
      const json = JSON.stringify(snapshot);
      if (json.length > maxBytes) return;
      const { stream, version, revision, logPosition } = snapshot;
      const document: SnapshotDocument = { id: stream, version, json };
      // A snapshot of events that a crash takes back would be ahead of the log.
      store
        .synced(logPosition)
        .then(() =>
          readStore.apply([{ collection, document }], { name: `snapshot:${stream}`, position: revision }),
        )
        .catch(onError);
    },
  };
}
