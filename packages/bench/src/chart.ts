// node packages/bench/dist/chart.js FIGURES.json CHART.svg: draws the orders per second of `saga`, and the CPU seconds
// per thousand orders, as bars by callers in flight. The thin line on a bar shows the range of its runs.
import { readFile, writeFile } from 'node:fs/promises';
import { readable, type BenchReport } from './report.js';

const width = 840;
const labelWidth = 90;
const barHeight = 16;
const groupGap = 14;
const panelHead = 40;
const valueWidth = 70;
/** by index in the list of systems: the product has a colour of its own, the others have similar ones */
const styles = ['own', 'rival', 'other'];

type Bar = { readonly median: number; readonly min: number; readonly max: number };
type Case = BenchReport['cases'][number];

const escape = (text: string): string => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`;
const round = (value: number): number => Math.round(value * 10) / 10;

/** One group of bars per name of a case, one bar per system. */
function panel(cases: readonly Case[], figure: string, title: string, left: number, right: number) {
  const systems = [...new Set(cases.map(({ system }) => system))];
  const bars = cases.flatMap((one): readonly (Case & { readonly bar: Bar })[] => {
    const bar = one.figures[figure] ?? null;
    return bar === null ? [] : [{ ...one, bar }];
  });
  const largest = Math.max(...bars.map(({ bar }) => bar.max));
  const start = left + labelWidth;
  const x = (value: number): number => round((value / largest) * (right - start - valueWidth));
  const drawn = [text(left, 18, title, 'class="title"')];
  let y = panelHead;
  for (const name of new Set(cases.map((one) => one.name))) {
    const group = bars.filter((one) => one.name === name);
    const middle = y + (group.length * barHeight) / 2 + 4;
    drawn.push(text(start - 8, middle, name, 'text-anchor="end"'));
    for (const { system, bar } of group) {
      const style = styles[Math.min(systems.indexOf(system), styles.length - 1)] ?? '';
      const line = y + barHeight / 2 - 1;
      drawn.push(
        `<rect class="${style}" x="${start}" y="${y}" width="${x(bar.median)}" height="${barHeight - 3}" rx="2"/>`,
        `<path class="span" d="M${start + x(bar.min)} ${line}H${start + x(bar.max)}"/>`,
        text(start + x(bar.max) + 6, y + barHeight - 5, readable(bar.median), 'class="value"'),
      );
      y += barHeight;
    }
    y += groupGap;
  }
  return { drawn, bottom: y };
}

function chart({ cases, runs, before: { cpus, cpu, node } }: BenchReport): string {
  const note = `median of ${runs} interleaved runs; ${cpus} × ${cpu}, Node ${node}`;
  const systems = [...new Set(cases.map(({ system }) => system))];
  const split = Math.round(width * 0.6);
  const speed = panel(cases, 'orders/s', 'Orders per second, each answer synced to disk', 0, split);
  const cost = panel(cases, 'CPU s per 1,000', 'CPU seconds per 1,000 orders', split + 10, width);
  const bottom = Math.max(speed.bottom, cost.bottom);
  let at = labelWidth;
  const legend = systems.flatMap((system, n) => {
    const begin = at;
    at += 30 + system.length * 7;
    return [
      `<rect class="${styles[Math.min(n, styles.length - 1)] ?? ''}" x="${begin}" y="${bottom + 2}" width="12" height="12" rx="2"/>`,
      text(begin + 18, bottom + 12, system),
    ];
  });
  const height = bottom + 44;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Orders per second and CPU seconds per 1,000 orders of ${systems.map(escape).join(', ')}</title>
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 13px }
  .value, .note { fill: #57606a }
  .own { fill: #1f6feb } .rival { fill: #8c959f } .other { fill: #c4cad1 }
  .span { stroke: #24292f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .value, .note { fill: #9198a1 } .own { fill: #58a6ff }
    .rival { fill: #6e7681 } .other { fill: #484f58 } .span { stroke: #e6edf3 }
  }
</style>
${[...speed.drawn, ...cost.drawn, ...legend].join('\n')}
${text(labelWidth, bottom + 34, note, 'class="note"')}
</svg>
`;
}

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error('usage: chart.js FIGURES.json CHART.svg');
const reports = JSON.parse(await readFile(from, 'utf8')) as readonly BenchReport[];
const saga = reports.find(({ name }) => name === 'saga');
if (saga === undefined) throw new Error(`${from} has no figures of saga`);
await writeFile(to, chart(saga));
