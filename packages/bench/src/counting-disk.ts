// The real disk, with a count of what the log asks of it and the moment of the last sync.
import { nodeDisk, type Disk, type DiskFile } from '@holdfast/event-store';
import { monotonicMs } from './statistics.js';

export type CountingDisk = Disk & {
  readonly counts: {
    /** of records; the zeros that a segment is filled with ahead of them are not counted */
    bytes: number;
    /** `fdatasync`s that came back */
    syncs: number;
    /** when the last one came back */
    syncedAtMs: number;
  };
};

/** A frame of the log begins with a mark, so a write that begins with zeros only makes room. */
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
