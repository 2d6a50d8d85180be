// npm run bench [-- scenario …] [options]: runs scenarios and prints their figures. Several run one after another,
// each in a process of its own, so that none inherits the memory of another.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGrounds, holdfast, postgres, scales, scenarios, type Scale, type Scenario } from './index.js';
import { machineNow, table, type BenchReport } from './report.js';
import { runScenario } from './run.js';

const usage = `usage: npm run bench [-- SCENARIO ...] [options]
  There are: ${scenarios.map(({ name }) => name).join(', ')}; all of them unless named.
  --scale short|full     short when all run, full when some are named; single sizes can be set:
  --orders N             of a run                     --buyers N         of flash
  --in-flight N,N        callers                      --reservations N   of hot
  --subscribers N,N      of push                      --changes N        each is told of
  --events N,N           of the logs for open, rebuild, query
  --runs N               of each case; 3 unless given
  --seed N               of the first run; the next has the next
  --compare postgres     put the same orders to Postgres in the same run; PG_URL says where it is
  --out FILE             write all figures as JSON
`;

const fail = (message: string): never => {
  process.stderr.write(`${message}\n${usage}`);
  process.exit(2);
};

const text = { type: 'string' } as const;
const { positionals: names, values } = parseArgs({
  allowPositionals: true,
  options: {
    scale: text,
    orders: text,
    buyers: text,
    reservations: text,
    'in-flight': text,
    events: text,
    subscribers: text,
    changes: text,
    runs: { ...text, default: '3' },
    seed: { ...text, default: '1' },
    compare: text,
    out: text,
    help: { type: 'boolean', default: false },
  },
});

const count = (given: string): number => {
  const number = Number(given);
  return Number.isSafeInteger(number) && number > 0 ? number : fail(`${given} is no count`);
};
const counts = (given: string): readonly number[] => given.split(',').map(count);

function scaleOf(): Scale {
  const name = values.scale ?? (names.length === 0 ? 'short' : 'full');
  if (name !== 'short' && name !== 'full') return fail(`there is no scale ${name}`);
  const one = (given: string | undefined, preset: number) => (given === undefined ? preset : count(given));
  const several = (given: string | undefined, preset: readonly number[]) =>
    given === undefined ? preset : counts(given);
  const preset = scales[name];
  return {
    shop: preset.shop,
    orders: one(values.orders, preset.orders),
    buyers: one(values.buyers, preset.buyers),
    reservations: one(values.reservations, preset.reservations),
    changes: one(values.changes, preset.changes),
    inFlight: several(values['in-flight'], preset.inFlight),
    events: several(values.events, preset.events),
    subscribers: several(values.subscribers, preset.subscribers),
  };
}

function rivals(): ReturnType<typeof postgres> {
  if (values.compare === undefined) return [];
  if (values.compare !== 'postgres') return fail(`there is no comparison with ${values.compare}`);
  return postgres(process.env['PG_URL'] ?? fail('--compare postgres needs PG_URL'));
}

async function runHere(scenario: Scenario): Promise<BenchReport> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const grounds = createGrounds([holdfast, ...rivals()], say);
  // Folders and processes are removed at the end, also when a signal leaves no time to close them.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void grounds.close().finally(() => process.exit(130)));
  const before = machineNow();
  try {
    const options = { scale: scaleOf(), grounds, runs: count(values.runs), seed: count(values.seed) };
    const report = await runScenario(scenario, options);
    return { before, after: machineNow(), ...report };
  } finally {
    await grounds.close();
  }
}

/** Runs the scenario in a process of its own, with the options of this one. */
function runApart(scenario: Scenario): BenchReport {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const out = join(folder, 'figures.json');
  const given = process.argv.slice(2).filter((argument) => !names.includes(argument));
  const scale = values.scale ?? (names.length === 0 ? 'short' : 'full');
  const program = fileURLToPath(import.meta.url);
  try {
    const apart = [...process.execArgv, program, scenario.name, ...given, '--scale', scale, '--out', out];
    const { status } = spawnSync(process.execPath, apart, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`${scenario.name} failed`);
    const [report] = JSON.parse(readFileSync(out, 'utf8')) as readonly BenchReport[];
    if (report === undefined) throw new Error(`${scenario.name} measured nothing`);
    return report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const unknown = names.find((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown !== undefined) fail(`there is no scenario ${unknown}`);
const chosen = scenarios.filter(({ name }) => names.length === 0 || names.includes(name));
const reports: BenchReport[] = [];
for (const scenario of chosen) {
  const report = chosen.length === 1 ? await runHere(scenario) : runApart(scenario);
  reports.push(report);
  process.stdout.write(`\n${table(report)}\n`);
}
if (values.out !== undefined) {
  // Writes lists of numbers on one line, as the formatter does, because the figures are kept in `docs`.
  const json = JSON.stringify(reports, null, 2).replace(
    /\[\s+([\d,\s]+?)\s+\]/g,
    (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`,
  );
  writeFileSync(values.out, `${json}\n`);
}
