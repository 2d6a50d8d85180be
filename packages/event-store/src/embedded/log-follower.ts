// Reads, in another thread, the log that this process has open: straight from its files, so that reading costs the
// writing thread nothing. The follower is told how far the log is synced; up to there every record is whole.
import type { Position, RecordedEvent } from '@holdfast/kernel';
import { type Filter, StoreCorrupted } from '../port.js';
import { type Disk, nodeDisk } from './disk.js';
import { LogReader, ReadWindow } from './log-reader.js';
import { frameHeader, frameHeaderBytes } from './record.js';
import { SegmentFiles, segmentsIn } from './segments.js';

/** bytes that one call reads at most, so that other work gets its turn */
const readBytes = 4 * 1024 * 1024;

type Place = { readonly segment: Position; readonly position: Position; readonly offset: number };

export type LogFollower = {
  /**
   * Some chosen events from one position up to another, both synced; the batch's `position` is the last one seen.
   * @throws StoreCorrupted
   */
  read(
    from: Position,
    to: Position,
    limit: number,
    filter?: Filter,
  ): { readonly events: readonly RecordedEvent[]; readonly position: Position };
  close(): void;
};

export function openLogFollower({
  directory,
  disk = nodeDisk,
}: {
  readonly directory: string;
  readonly disk?: Disk;
}): LogFollower {
  const files = new SegmentFiles(disk, directory);
  const window = new ReadWindow();
  /** the record that was read last */
  let last: Place | null = null;

  const readerOf = (segment: Position): LogReader => {
    const name = files.log(segment);
    const file = files.reading(name);
    return new LogReader(file, name, file.bytes(), window);
  };

  /** Finds the record at a position: the one after the last that was read, or by reading frame by frame. */
  const seek = (position: Position): { readonly reader: LogReader; readonly place: Place } => {
    if (last?.position === position - 1) {
      const { segment, offset } = last;
      const reader = readerOf(segment);
      const next = reader.after(offset);
      if (!reader.isEnd(next)) return { reader, place: { segment, position, offset: next } };
      return { reader: readerOf(position), place: { segment: position, position, offset: frameHeaderBytes } };
    }
    const segment = segmentsIn(disk.list(directory)).findLast((first) => first <= position) ?? 0;
    const file = files.reading(files.log(segment));
    const bytes = Buffer.alloc(frameHeaderBytes);
    for (let start = 0; ;) {
      file.read(bytes, start);
      const header = frameHeader(bytes, 0);
      if (header === null) throw new StoreCorrupted(`${files.log(segment)} has no frame at byte ${start}`);
      if (header.firstPosition + header.count <= position) {
        start += header.end;
        continue;
      }
      const reader = readerOf(segment);
      let offset = start + frameHeaderBytes;
      for (let at = header.firstPosition; at < position; at++) offset = reader.after(offset);
      return { reader, place: { segment, position, offset } };
    }
  };

  return {
    read(from, to, limit, filter) {
      const prefixes = filter?.streamPrefixes.map((prefix) => Buffer.from(prefix)) ?? null;
      const events: RecordedEvent[] = [];
      const { reader, place: first } = seek(from);
      let place = first;
      const begin = place.offset;
      for (;;) {
        const event = reader.match(place.offset, prefixes);
        if (event !== null) events.push(event);
        last = place;
        const { segment, position } = place;
        if (position === to || events.length >= limit || place.offset - begin >= readBytes)
          return { events, position };
        const next = reader.after(place.offset);
        if (reader.isEnd(next)) return { events, position };
        place = { segment, position: position + 1, offset: next };
      }
    },
    close: () => {
      files.close();
    },
  };
}
