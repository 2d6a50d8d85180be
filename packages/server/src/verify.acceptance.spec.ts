// `holdfast verify` on the folder of the real program, and on a copy of it.
import { cp, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { run, startProgram, type Program } from './test/program.js';

let directory: string;
let program: Program;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-verify-'));
  program = await startProgram({ DATA_DIR: directory });
});
afterEach(async () => {
  await program.kill();
  await rm(directory, { recursive: true });
});

const verify = (of: string) => run(['verify', of], {});
const firstLog = '0000000000000000.log';

/** Flips a bit of the log's last byte. Returns its place. */
async function flipLastByte(log: string): Promise<number> {
  const content = await readFile(log);
  const at = content.findLastIndex((byte) => byte !== 0);
  const file = await open(log, 'r+');
  await file.write(Buffer.from([(content[at] as number) ^ 1]), 0, 1, at);
  await file.close();
  return at;
}

describe('holdfast verify', () => {
  test('finds nothing wrong with a log that was stopped, and names the place where a bit flipped', async () => {
    expect(await program.stop()).toBe(0);
    const sound = await verify(directory);
    expect(sound).toMatchObject({ code: 0, stderr: '' });
    expect(sound.stdout).toMatch(/: \d+ events in 1 segments, [\d,]+ bytes read\nNothing is wrong\.\n$/);

    const log = join(directory, 'log', firstLog);
    const at = await flipLastByte(log);
    const damaged = await verify(join(directory, 'log'));
    expect(damaged.code).toBe(1);
    const [, byte] = /0{16}\.log is damaged at byte (\d+): /.exec(damaged.stdout) ?? [];
    expect(Number(byte)).toBeGreaterThan(0);
    expect(Number(byte)).toBeLessThan(at);

    const refused = await run(['start'], { DATA_DIR: directory, PORT: '0' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`${log} is damaged at byte ${byte}`);
  });

  test('finds nothing wrong with a copy that was taken while the program ran, which is refused itself', async () => {
    const running = await verify(directory);
    expect(running).toMatchObject({ code: 1, stdout: '' });
    expect(running.stderr).toContain('is in use by process');
    const copy = join(directory, 'copy');
    await cp(join(directory, 'log'), join(copy, 'log'), { recursive: true });
    expect(await verify(copy)).toMatchObject({ code: 0, stderr: '' });
  });

  test('reports that there is no log', async () => {
    const nowhere = await verify(join(directory, 'nowhere'));
    expect(nowhere).toMatchObject({ code: 1, stdout: '' });
    expect(nowhere.stderr).toMatch(/^holdfast: there is no log in .*nowhere\n$/);
  });
});
