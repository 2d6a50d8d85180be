// npm run bench [-- scenario …] [--runs n] [--compare postgres] [--out file]: runs scenarios and says what was measured.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createGrounds, holdfast, postgres, scales, scenarios, type Scale } from './index.js';
import { runScenario, type Report } from './run.js';
import { machineNow, table } from './report.js';

const usage = `usage: npm run bench [-- SCENARIO ...] [options]
  Without a scenario, all of them in a short form. There are: ${scenarios.map(({ name }) => name).join(', ')}.
  --runs N               runs of each case; 3 unless given
  --seed N               of the first run; the next has the next
  --orders N             orders of a run              --buyers N         of flash
  --in-flight N,N        callers                      --reservations N   of hot
  --events N,N           of the logs for open, rebuild, query
  --subscribers N,N      of push                      --changes N        each is told of
  --compare postgres     put the same orders to Postgres in the same run; PG_URL says where it is
  --out FILE             write all figures as JSON
`;

const fail = (message: string): never => {
  process.stderr.write(`${message}\n${usage}`);
  process.exit(2);
};

const { positionals: names, values } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    orders: { type: 'string' },
    buyers: { type: 'string' },
    reservations: { type: 'string' },
    'in-flight': { type: 'string' },
    events: { type: 'string' },
    subscribers: { type: 'string' },
    changes: { type: 'string' },
    compare: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}

const count = (text: string): number => {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 ? number : fail(`${text} is no count`);
};
const counts = (text: string): readonly number[] => text.split(',').map(count);

const unknown = names.find((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown !== undefined) fail(`there is no scenario ${unknown}`);
const chosen = scenarios.filter(({ name }) => names.length === 0 || names.includes(name));
const preset = names.length === 0 ? scales.short : scales.full;
const scale: Scale = {
  inFlight: values['in-flight'] === undefined ? preset.inFlight : counts(values['in-flight']),
  orders: values.orders === undefined ? preset.orders : count(values.orders),
  buyers: values.buyers === undefined ? preset.buyers : count(values.buyers),
  reservations: values.reservations === undefined ? preset.reservations : count(values.reservations),
  events: values.events === undefined ? preset.events : counts(values.events),
  subscribers: values.subscribers === undefined ? preset.subscribers : counts(values.subscribers),
  changes: values.changes === undefined ? preset.changes : count(values.changes),
};

const rivals = (): ReturnType<typeof postgres> => {
  if (values.compare === undefined) return [];
  if (values.compare !== 'postgres') return fail(`there is no comparison with ${values.compare}`);
  return postgres(process.env['PG_URL'] ?? fail('--compare postgres needs PG_URL'));
};

const grounds = createGrounds([holdfast, ...rivals()], (line) => void process.stderr.write(`${line}\n`));
const runs = count(values.runs);
const seed = count(values.seed);
const machine = machineNow();
const reports: Report[] = [];
try {
  for (const scenario of chosen) {
    const report = await runScenario(scenario, { scale, grounds, runs, seed });
    reports.push(report);
    process.stdout.write(`\n${table(report)}\n`);
  }
} finally {
  await grounds.close();
}
process.stdout.write(`\n${machine.cpu} × ${machine.cpus}, Node ${machine.node}; `);
process.stdout.write(`load ${machine.load} before, ${machineNow().load} after\n`);
if (values.out !== undefined) {
  const all = {
    at: new Date().toISOString(),
    machine,
    loadAfter: machineNow().load,
    runs,
    seed,
    scale,
    scenarios: reports,
  };
  await writeFile(values.out, `${JSON.stringify(all, null, 2)}\n`);
}
