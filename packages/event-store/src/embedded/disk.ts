// The log reaches the file system only through this interface, so that a simulated disk can replace the real one and
// a test can make operations fail.
import fs from 'node:fs';
import path from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { StoreLocked } from '../port.js';

/** An open file. Reads are synchronous: they are short and the page cache serves most of them. */
export type DiskFile = {
  readonly bytes: () => number;
  /** Fills `into` from `offset` on. Returns how many bytes it read, fewer only at the end of the file. */
  read(into: Uint8Array, offset: number): number;
  /** Writes all of `from`. After an error any part of it may have been written. */
  write(from: Uint8Array, offset: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /** Resolves when everything written to the file survives a loss of power. */
  sync(): Promise<void>;
  close(): void;
};

export type Disk = {
  /** Makes the directory, with its parents, when it is not there. Only its owner may look into it, new or not. */
  makeDirectory(directory: string): void;
  /** names of the files in a directory, in no order */
  list(directory: string): readonly string[];
  /** `create` makes the file when it is not there */
  open(file: string, mode: 'read' | 'write' | 'create'): DiskFile;
  /** Resolves when files that were made or removed in the directory stay so after a loss of power. */
  syncDirectory(directory: string): Promise<void>;
  /**
   * Takes the file's exclusive lock, which ends with `release` or with the process; null when another process has it.
   */
  lock(file: string): { readonly release: () => void } | null;
  /** the process that holds the lock, if it is known */
  lockHolder(file: string): string | null;
};

const flags = { read: 'r', write: 'r+', create: fs.constants.O_RDWR | fs.constants.O_CREAT } as const;

class NodeFile implements DiskFile {
  readonly #fd: number;
  constructor(file: string, mode: 'read' | 'write' | 'create') {
    this.#fd = fs.openSync(file, flags[mode], 0o600);
  }

  readonly bytes = (): number => fs.fstatSync(this.#fd).size;

  read(into: Uint8Array, offset: number): number {
    let done = 0;
    while (done < into.length) {
      const bytes = fs.readSync(this.#fd, into, done, into.length - done, offset + done);
      if (bytes === 0) break;
      done += bytes;
    }
    return done;
  }

  write(from: Uint8Array, offset: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const rest = (done: number): void => {
        fs.write(this.#fd, from, done, from.length - done, offset + done, (error, bytes) => {
          if (error !== null) reject(error);
          else if (done + bytes < from.length) rest(done + bytes);
          else resolve();
        });
      };
      rest(0);
    });
  }

  truncate(bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.ftruncate(this.#fd, bytes, settle(resolve, reject));
    });
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#fd, settle(resolve, reject));
    });
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}

const settle =
  (resolve: () => void, reject: (error: Error) => void) =>
  (error: Error | null): void => {
    if (error === null) resolve();
    else reject(error);
  };

/** The real file system. The lock is the kernel's own (an open-file-description lock), so a killed owner's is gone. */
export const nodeDisk: Disk = {
  makeDirectory: (directory) => {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    fs.chmodSync(directory, 0o700);
  },
  list: (directory) => fs.readdirSync(directory),
  open: (file, mode) => new NodeFile(file, mode),
  syncDirectory: async (directory) => {
    // Windows can't open a directory; NTFS journals its entries itself
    if (path.sep === '\\') return;
    const handle = await fs.promises.open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  lock: (file) => {
    // The file is never removed: after a removal, two owners could lock two files of the same name.
    const fd = fs.openSync(file, flags.create, 0o600);
    const release = (): void => {
      fs.closeSync(fd);
    };
    try {
      if (!tryLock(fd)) {
        release();
        return null;
      }
      fs.ftruncateSync(fd, 0);
      fs.writeSync(fd, `${process.pid}\n`, 0);
      return { release };
    } catch (error) {
      release();
      throw error;
    }
  },
  lockHolder: (file) => {
    const pid = fs.readFileSync(file, 'utf8').trim();
    return /^\d+$/.test(pid) ? `process ${pid}` : null;
  },
};

/** Locks a folder until `release` or the end of the process; creates a missing folder. @throws StoreLocked */
export function lockFolder(directory: string, disk: Disk = nodeDisk): { readonly release: () => void } {
  disk.makeDirectory(directory);
  return lockExisting(directory, disk);
}

/** Locks an existing folder and changes nothing in it. @throws StoreLocked */
export function lockExisting(directory: string, disk: Disk): { readonly release: () => void } {
  const file = path.join(directory, 'lock');
  const lock = disk.lock(file);
  if (lock !== null) return lock;
  const holder = disk.lockHolder(file) ?? 'another process';
  throw new StoreLocked(`${directory} is in use by ${holder}; one process at a time can have it open`);
}
