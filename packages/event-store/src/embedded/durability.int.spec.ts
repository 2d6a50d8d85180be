// Traces system calls with strace: a sync completes between the write of an event and its acknowledgement.
// Skipped with a message where processes can't be traced.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('./test/appending-process.js', import.meta.url));

const canTrace = (): boolean => {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const traceable = canTrace();
if (!traceable) console.warn('SKIPPED: strace is missing or may not trace, so nobody watched the log sync');

/** Traces a process with 16 callers until it has acknowledged so many appends. Returns the lines of strace. */
async function traceOf(acknowledgements: number): Promise<readonly string[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-trace-'));
  const out = path.join(directory, 'trace');
  const options = ['-f', '-xx', '-s', '32', '-e', 'trace=pwrite64,write,fdatasync', '-o', out];
  try {
    const child = spawn(
      'strace',
      [...options, process.execPath, program, path.join(directory, 'log'), '16'],
      { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    );
    let seen = 0;
    for await (const _ of createInterface({ input: child.stdout })) {
      seen += 1;
      // The whole group: strace and the processes it traces.
      if (seen === acknowledgements && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }
    return (await readFile(out, 'latin1')).split('\n');
  } finally {
    await rm(directory, { recursive: true });
  }
}

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll('\\x', ''), 'hex');
const frameMark = Buffer.from([0x01, 0x48, 0x46, 0xff]);

/** Counts all acknowledgements, and those given before a sync covered the event. */
function check(trace: readonly string[]): {
  readonly acknowledged: number;
  readonly early: readonly number[];
} {
  let written = -1;
  let synced = -1;
  let acknowledged = 0;
  const early: number[] = [];
  const underWay = new Map<string, () => void>();
  for (const line of trace) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const begun = /^(pwrite64|write|fdatasync)\((\d+)(?:, "([^"]*)")?/.exec(rest);
    let finish = underWay.get(thread);
    if (begun === null) {
      if (!rest.startsWith('<... ') || finish === undefined) continue;
    } else {
      const [, call, file, hex = ''] = begun;
      const bytes = bytesOf(hex);
      if (call === 'pwrite64' && bytes.subarray(0, 4).equals(frameMark)) {
        const last = bytes.readDoubleLE(8) + bytes.readUInt32LE(16) - 1;
        finish = () => (written = last);
      } else if (call === 'fdatasync') {
        // A sync need not cover bytes that are written while it runs.
        const covered = written;
        finish = () => (synced = Math.max(synced, covered));
      } else if (call === 'write' && file === '1' && /^\d/.test(bytes.toString('latin1'))) {
        acknowledged += 1;
        const position = Number.parseInt(bytes.toString('latin1'), 10);
        if (position > synced) early.push(position);
        continue;
      } else continue;
      if (rest.includes('<unfinished')) {
        underWay.set(thread, finish);
        continue;
      }
    }
    underWay.delete(thread);
    finish();
  }
  return { acknowledged, early };
}

(traceable ? test : test.skip)(
  'every acknowledgement comes after a sync that began when its event was written',
  async () => {
    const trace = await traceOf(2000);
    const { acknowledged, early } = check(trace);
    expect(acknowledged).toBeGreaterThanOrEqual(1999);
    expect(early).toEqual([]);
    // Proves that the check can fail: it refuses the same trace without its syncs.
    expect(check(trace.filter((line) => !line.includes('fdatasync'))).early).toHaveLength(acknowledged);
  },
  60_000,
);
