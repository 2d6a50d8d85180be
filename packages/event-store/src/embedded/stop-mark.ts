// A clean stop writes a mark: up to it the log was whole. Later events come only after the mark, so it stays true, and
// damage before the mark can't be a write that a crash cut short.
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Position } from '@holdfast/kernel';
import type { Disk } from './disk.js';

export type StopMark = {
  /** first position of the segment that was the last one */
  readonly segment: Position;
  /** how many bytes of it were synced */
  readonly bytes: number;
};

const name = 'stopped';
const bytesLimit = 512;

const textOf = ({ segment, bytes }: StopMark): string => {
  const text = `segment ${segment} bytes ${bytes}`;
  return `${text} crc ${crc32(text)}\n`;
};

/** Reads the mark. Null when it is missing or incomplete: a crash may cut its write short. */
export function readStopMark(disk: Disk, directory: string): StopMark | null {
  if (!disk.list(directory).includes(name)) return null;
  const file = disk.open(path.join(directory, name), 'read');
  try {
    const content = Buffer.alloc(bytesLimit);
    const text = content.toString('latin1', 0, file.read(content, 0));
    const [, segment, bytes] = /^segment (\d+) bytes (\d+) crc \d+\n/.exec(text) ?? [];
    const mark = { segment: Number(segment), bytes: Number(bytes) };
    return text.startsWith(textOf(mark)) ? mark : null;
  } finally {
    file.close();
  }
}

/** Resolves when the mark survives a loss of power. The events it covers must be synced before. */
export async function writeStopMark(disk: Disk, directory: string, mark: StopMark): Promise<void> {
  const file = disk.open(path.join(directory, name), 'create');
  try {
    const content = Buffer.from(textOf(mark));
    // One sector in one write: after a crash it is the old mark or the new one.
    await file.write(content, 0);
    await file.truncate(content.length);
    await file.sync();
    await disk.syncDirectory(directory);
  } finally {
    file.close();
  }
}
