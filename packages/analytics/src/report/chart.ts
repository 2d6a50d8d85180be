// Answers as a picture: SVG that needs nothing else. Days are columns, everything else is bars; one panel for each currency.
import { money } from '@holdfast/kernel';
import { scaleBand, scaleLinear } from 'd3-scale';
import type { Answer, Cell } from '../database/questions.js';
import { decimal } from './text.js';

/** `back` is the part of `value` that went back; `note` stands at the end of the bar. */
type Bar = { readonly label: string; readonly value: number; readonly back: number; readonly note: string };
/** `most`: the value that is as long as the panel */
type Panel = {
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly most: number;
  readonly isColumns: boolean;
};

const width = 900;
const margin = { left: 190, right: 130, head: 44, foot: 34 };
const barHeight = 20;
const columnsHeight = 260;
/** Most bars in a panel; more could not be read. */
const mostBars = 25;
const mostDayLabels = 12;

const style = `
    svg { background: #fff; font: 13px system-ui, sans-serif; fill: #1c2430; }
    .title { font-size: 16px; font-weight: 600; }
    .axis { fill: #5b6676; font-size: 11px; }
    .grid { stroke: #e3e7ec; }
    .kept { fill: #2f6f9f; }
    .back { fill: #e0a458; }
    .note { fill: #384354; font-size: 12px; }`;

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => signs[sign] ?? '');
const round = (value: number): number => Math.round(value * 10) / 10;
const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escape(content)}</text>`;
const rect = (x: number, y: number, wide: number, high: number, kind: string): string =>
  `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(Math.max(wide, 0))}" height="${round(Math.max(high, 0))}"/>`;
const line = (x1: number, y1: number, x2: number, y2: number): string =>
  `<path class="grid" d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}"/>`;

export function asSvg(answers: readonly Answer[]): string {
  const drawn: string[] = [];
  let top = 0;
  for (const panel of answers.flatMap(panelsOf)) {
    const { marks, height } = panel.isColumns ? drawColumns(panel) : drawBars(panel);
    drawn.push(`<g transform="translate(0 ${top})">`, ...marks, '</g>');
    top += height;
  }
  const size = `width="${width}" height="${top}" viewBox="0 0 ${width} ${top}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escape(answers.map(({ title }) => title).join(', '))}">`,
    `<style>${style}</style>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

// From answers to panels

function panelsOf(answer: Answer): readonly Panel[] {
  const at = (name: string): number => answer.columns.findIndex((column) => column.name === name);
  const isMoney = at('revenue') !== -1 && answer.columns[0]?.name !== 'currency';
  if (!isMoney)
    return [
      {
        title: answer.title,
        bars: answer.rows.flatMap((row) => shareBars(answer, row)),
        most: 1,
        isColumns: false,
      },
    ];
  const isColumns = answer.columns[0]?.name === 'day';
  const currencies = [...new Set(answer.rows.map((row) => String(row[at('currency')])))];
  return currencies.map((currency) => {
    const rows = answer.rows.filter((row) => row[at('currency')] === currency);
    const bars = rows.map((row) => {
      const [revenue, net] = [BigInt(row[at('revenue')] ?? 0), BigInt(row[at('net')] ?? 0)];
      const whole = (minor: bigint): number => Number(minor) / 10 ** money.exponentOf(currency);
      const note = decimal(net, currency).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
      return { label: String(row[0]), value: whole(revenue), back: whole(revenue - net), note };
    });
    const shown = isColumns ? bars : bars.slice(0, mostBars);
    const first = shown.length < bars.length ? `, the first ${mostBars} of ${bars.length}` : '';
    return {
      title: `${answer.title}, ${currency}${first}; in orange what went back`,
      bars: shown,
      most: largest(shown),
      isColumns,
    };
  });
}

/** A bar for each share of a row, of the whole width for all: a step of the funnel, or the refunds of a currency. */
function shareBars({ columns }: Answer, row: readonly Cell[]): readonly Bar[] {
  const shares = [...columns.entries()].filter(([, { kind }]) => kind === 'share');
  const first = columns.findIndex(({ kind }) => kind === 'count');
  return shares.map(([index, { name }]) => {
    const value = Number(row[index] ?? 0);
    const percent = `${(value * 100).toFixed(1)} %`;
    const [label, orders] = [String(row[0]), Number(row[first] ?? 0).toLocaleString('en')];
    return shares.length > 1
      ? { label: `${label}: ${name}`, value, back: 0, note: percent }
      : { label, value, back: 0, note: `${orders} (${percent})` };
  });
}

// From panels to marks

function drawBars({ title, bars, most }: Panel) {
  const bottom = margin.head + bars.length * barHeight;
  const y = scaleBand(
    bars.map((_, index) => index),
    [margin.head, bottom],
  ).padding(0.25);
  const x = scaleLinear([0, most], [margin.left, width - margin.right]);
  const marks = bars.flatMap(({ label, value, back, note }, index) => {
    const [place, high] = [y(index) ?? 0, y.bandwidth()];
    const [kept, end] = [x(Math.max(value - back, 0)), x(value)];
    return [
      text(margin.left - 8, place + high - 3, shortened(label), 'text-anchor="end"'),
      rect(margin.left, place, kept - margin.left, high, 'kept'),
      ...(back > 0 ? [rect(kept, place, end - kept, high, 'back')] : []),
      text(end + 6, place + high - 3, note, 'class="note"'),
    ];
  });
  return { marks: [text(16, 26, title, 'class="title"'), ...marks], height: bottom + margin.foot };
}

function drawColumns({ title, bars, most }: Panel) {
  const [left, right, bottom] = [90, width - 30, margin.head + columnsHeight];
  const x = scaleBand(
    bars.map((_, index) => index),
    [left, right],
  ).padding(0.2);
  const lowest = Math.min(0, ...bars.map(({ value, back }) => value - back));
  const y = scaleLinear([lowest, most], [bottom, margin.head]).nice(5);
  const ticks = y
    .ticks(5)
    .flatMap((tick) => [
      line(left, y(tick), right, y(tick)),
      text(left - 8, y(tick) + 4, tick.toLocaleString('en'), 'class="axis" text-anchor="end"'),
    ]);
  const everyNth = Math.ceil(bars.length / mostDayLabels);
  // With only a few days, the columns have a maximum width.
  const wide = Math.min(x.bandwidth(), 60);
  const columns = bars.flatMap(({ label, value, back }, index) => {
    const place = (x(index) ?? 0) + (x.bandwidth() - wide) / 2;
    const net = value - back;
    return [
      net >= 0 ? rect(place, y(net), wide, y(0) - y(net), 'kept') : '',
      back > 0 ? rect(place, y(value), wide, y(net) - y(value), 'back') : '',
      index % everyNth === 0
        ? text(place + wide / 2, bottom + 18, label, 'class="axis" text-anchor="middle"')
        : '',
    ].filter((mark) => mark !== '');
  });
  return {
    marks: [text(16, 26, title, 'class="title"'), ...ticks, ...columns],
    height: bottom + margin.foot,
  };
}

const largest = (bars: readonly Bar[]): number => Math.max(...bars.map(({ value }) => value), 0) || 1;
const shortened = (label: string): string => (label.length > 26 ? `${label.slice(0, 25)}…` : label);
