// Writers in several processes on one server: each append is acknowledged once, with its place, or refused as a conflict.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { serveLog } from '@holdfast/event-store-server/test';

const program = fileURLToPath(new URL('./test/contending-process.js', import.meta.url));

type Report = {
  readonly acknowledged: readonly {
    readonly id: string;
    readonly stream: string;
    readonly revision: number;
  }[];
  readonly conflicts: number;
};

async function contend(url: string, count: number, streams: readonly string[]): Promise<Report> {
  const child = spawn(process.execPath, [program, url, String(count), ...streams], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([
    text(child.stdout),
    once(child, 'close') as Promise<[number]>,
  ]);
  expect(code).toBe(0);
  return JSON.parse(printed) as Report;
}

test('when three processes append to the same streams › conflicts name the actual revision, and nothing is lost', async () => {
  const log = await serveLog();
  const [count, streams] = [60, ['hot-1', 'hot-2', 'hot-3']];
  const url = `esdb://127.0.0.1:${log.port}?tls=false`;
  const reports = await Promise.all([1, 2, 3].map(() => contend(url, count, streams)));
  const acknowledged = reports.flatMap((report) => report.acknowledged);
  for (const stream of streams) {
    const there = await log.store().readStream(stream);
    expect(there.map(({ revision }) => revision)).toEqual(there.map((_, i) => i));
    expect(there.map(({ id, revision }) => ({ id, stream, revision }))).toEqual(
      acknowledged.filter((one) => one.stream === stream).sort((a, b) => a.revision - b.revision),
    );
    expect(there).toHaveLength(3 * count);
  }
  expect(reports.reduce((sum, { conflicts }) => sum + conflicts, 0)).toBeGreaterThan(0);
  await log.dispose();
}, 20_000);
