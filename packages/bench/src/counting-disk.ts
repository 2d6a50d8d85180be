// The real disk, with a count of the log's writes and syncs, and the time of the last sync.
import { nodeDisk, type Disk, type DiskFile } from '@holdfast/event-store';
import { monotonicMs } from './statistics.js';

export type CountingDisk = Disk & {
  readonly counts: {
    /** bytes of records; the zeros that preallocate a segment are not counted */
    bytes: number;
    /** completed `fdatasync`s */
    syncs: number;
    /** when the last one completed */
    syncedAtMs: number;
  };
};

/** A frame of the log begins with a mark, so a write that begins with zeros is preallocation. */
const makesRoom = (bytes: Uint8Array): boolean => bytes[0] === 0;

export function countingDisk(): CountingDisk {
  const counts = { bytes: 0, syncs: 0, syncedAtMs: 0 };
  const counted = (file: DiskFile): DiskFile => ({
    bytes: () => file.bytes(),
    read: (into, offset) => file.read(into, offset),
    write: (from, offset) => {
      if (!makesRoom(from)) counts.bytes += from.length;
      return file.write(from, offset);
    },
    truncate: (bytes) => file.truncate(bytes),
    sync: async () => {
      await file.sync();
      counts.syncs += 1;
      counts.syncedAtMs = monotonicMs();
    },
    close: () => {
      file.close();
    },
  });
  return { ...nodeDisk, open: (file, mode) => counted(nodeDisk.open(file, mode)), counts };
}
