// A disk in memory that forgets unsynced data and fails on request, so that a seed decides which data survives.
import path from 'node:path';
import type { Scheduler } from '@holdfast/kernel';
import type { Disk, DiskFile } from './disk.js';

export type DiskOperation = {
  readonly kind: 'create' | 'write' | 'truncate' | 'sync' | 'syncDirectory';
  /** file name without its directory */
  readonly file: string;
};

/** Outcome of an operation: success, an error, or an error after some bytes were written. */
export type DiskFault = { readonly code: 'EIO' | 'ENOSPC'; readonly bytesWritten?: number } | null;

/** Bytes that a disk writes in one piece: after a crash a sector is old or new, never mixed. */
const sectorBytes = 512;

type Change =
  | { readonly kind: 'write'; readonly from: Uint8Array; readonly offset: number }
  | { readonly kind: 'truncate'; readonly bytes: number };

class Inode {
  /** as every process sees it */
  content: Buffer = Buffer.alloc(0);
  /** content after a loss of power; any part of `unsynced` may survive as well */
  durable: Buffer = Buffer.alloc(0);
  unsynced: Change[] = [];

  change(change: Change): void {
    this.content = applied(this.content, change);
    this.unsynced.push(change);
  }

  sync(): void {
    for (const change of this.unsynced) this.durable = applied(this.durable, change);
    this.unsynced = [];
  }
}

function applied(content: Buffer, change: Change): Buffer {
  const bytes = change.kind === 'write' ? change.offset + change.from.length : change.bytes;
  let result: Buffer = content;
  if (bytes > content.length) result = Buffer.concat([content, Buffer.alloc(bytes - content.length)]);
  if (change.kind === 'truncate') return Buffer.from(result.subarray(0, bytes));
  result = Buffer.from(result);
  result.set(change.from, change.offset);
  return result;
}

export class SimulatedDisk implements Disk {
  #files = new Map<string, Inode>();
  /** names that are there after a loss of power */
  #durableNames = new Map<string, Inode>();
  #locked = new Set<string>();
  /** number of the machine's run: handles from before a crash no longer work */
  #run = 0;
  /** asked before each operation that changes something */
  faults: (operation: DiskOperation) => DiskFault = () => null;

  constructor(private readonly scheduler: Pick<Scheduler, 'soon'>) {}

  /** Ends every process. `keeps` decides, for each sector that was not synced, whether it reached the disk. */
  crash(keeps: () => boolean = () => false): void {
    this.#run++;
    this.#locked.clear();
    for (const [name, inode] of this.#files) {
      if (this.#durableNames.get(name) !== inode && keeps()) this.#durableNames.set(name, inode);
    }
    this.#files = new Map(this.#durableNames);
    for (const inode of this.#files.values()) {
      for (const change of inode.unsynced) {
        for (const part of sectors(change)) if (keeps()) inode.durable = applied(inode.durable, part);
      }
      inode.unsynced = [];
      inode.content = inode.durable;
    }
  }

  /** Content of a file, by its name without the directory; a test may read or damage it. */
  content(file: string): Buffer {
    for (const [name, inode] of this.#files) if (path.basename(name) === file) return inode.content;
    throw new Error(`no file ${file}`);
  }

  /** Every file with its content, by its whole name, in the order of names. */
  files(): ReadonlyMap<string, Buffer> {
    const byName = [...this.#files].sort(([a], [b]) => (a < b ? -1 : 1));
    return new Map(byName.map(([name, { content }]) => [name, content]));
  }

  /** Makes a file hold exactly this, durably. */
  put(name: string, content: Uint8Array): void {
    const inode = new Inode();
    inode.content = Buffer.from(content);
    inode.durable = inode.content;
    this.#files.set(name, inode);
    this.#durableNames.set(name, inode);
  }

  remove(name: string): void {
    this.#files.delete(name);
    this.#durableNames.delete(name);
  }

  makeDirectory(): void {
    // a directory exists only as a prefix of file names
  }

  list(directory: string): readonly string[] {
    return [...this.#files.keys()]
      .filter((name) => path.dirname(name) === directory)
      .map((name) => path.basename(name));
  }

  open(name: string, mode: 'read' | 'write' | 'create'): DiskFile {
    let inode = this.#files.get(name);
    if (inode === undefined) {
      if (mode !== 'create') throw failure('ENOENT', name);
      this.#refuse('create', name);
      inode = new Inode();
      this.#files.set(name, inode);
    }
    const file = inode;
    return {
      bytes: () => file.content.length,
      read: (into, offset) => file.content.copy(into, 0, offset, offset + into.length),
      write: (from, offset) =>
        this.#later('write', name, from, (part) => {
          file.change({ kind: 'write', from: part, offset });
        }),
      truncate: (bytes) =>
        this.#later('truncate', name, null, () => {
          file.change({ kind: 'truncate', bytes });
        }),
      sync: () =>
        this.#later('sync', name, null, () => {
          file.sync();
        }),
      close: () => undefined,
    };
  }

  syncDirectory(directory: string): Promise<void> {
    return this.#later('syncDirectory', directory, null, () => {
      for (const [name, inode] of this.#files) {
        if (path.dirname(name) === directory) this.#durableNames.set(name, inode);
      }
    });
  }

  lock(name: string): { readonly release: () => void } | null {
    if (this.#locked.has(name)) return null;
    this.#locked.add(name);
    return { release: () => void this.#locked.delete(name) };
  }

  lockHolder(): string | null {
    return null;
  }

  #refuse(kind: DiskOperation['kind'], name: string): void {
    const fault = this.faults({ kind, file: path.basename(name) });
    if (fault !== null) throw failure(fault.code, name);
  }

  /** An operation that another thread would do: it takes effect, or fails, in a later turn. */
  #later(
    kind: DiskOperation['kind'],
    name: string,
    from: Uint8Array | null,
    run: (part: Uint8Array) => void,
  ): Promise<void> {
    const issuedIn = this.#run;
    const bytes = Uint8Array.from(from ?? []);
    return new Promise((resolve, reject) => {
      this.scheduler.soon(() => {
        if (issuedIn !== this.#run) return;
        const fault = this.faults({ kind, file: path.basename(name) });
        if (issuedIn !== this.#run) return;
        if (fault === null) {
          run(bytes);
          resolve();
          return;
        }
        if (fault.bytesWritten !== undefined) run(bytes.subarray(0, fault.bytesWritten));
        reject(failure(fault.code, name));
      });
    });
  }
}

function sectors(change: Change): Change[] {
  if (change.kind === 'truncate') return [change];
  const { from, offset } = change;
  const parts: Change[] = [];
  for (let at = 0; at < from.length;) {
    const length = Math.min(sectorBytes - ((offset + at) % sectorBytes), from.length - at);
    parts.push({ kind: 'write', from: from.subarray(at, at + length), offset: offset + at });
    at += length;
  }
  return parts;
}

const failure = (code: string, name: string): Error => Object.assign(new Error(`${code}: ${name}`), { code });
