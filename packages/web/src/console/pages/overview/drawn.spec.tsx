// The drawings of the overview as people and screen readers get them: the funnel, the histogram and the heat map.
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { HeatMap } from './heat-map.js';
import { Funnel } from './funnel.js';
import { Histogram } from './histogram.js';
import { Durations, Progress } from './recent-sagas.js';
import { bucketEnds, logHeight, type StepLatencies } from './latencies.js';

afterEach(cleanup);

/** `took`: the number of steps by the upper end of their bucket. */
const step = (
  kind: string,
  took: Readonly<Record<number, number>>,
  more: Partial<StepLatencies> = {},
): StepLatencies => {
  const counts = bucketEnds.map((end) => took[end] ?? 0);
  const ended = counts.reduce((sum, count) => sum + count, 0);
  return { kind, counts, ended, begun: ended, failed: 0, medianMs: 3, ...more };
};

const reserve = step('reserve', { 1: 60, 4: 30, 128: 1 });
const hold = step('hold-funds', { 4: 10 }, { begun: 14, failed: 2, medianMs: 4 });
const steps = [reserve, hold];

describe('the funnel', () => {
  const bars = () => screen.getAllByRole('listitem');

  test('has a bar for each step: its name, how many began, and how many wait or failed', () => {
    render(<Funnel steps={steps} />);
    expect(bars().map(({ textContent }) => textContent)).toEqual([
      'Reserve91',
      'Hold funds14, 4 under way, 2 failed',
    ]);
  });

  test('the widest bar is that of the step that most sagas began, and the others are in proportion', () => {
    render(<Funnel steps={steps} />);
    const widths = bars().map((bar) => bar.querySelector<HTMLElement>('[data-part]')?.style.width);
    expect(widths).toEqual(['100%', `${(14 / 91) * 100}%`]);
  });

  test('before the first saga says so, and draws no bar', () => {
    render(<Funnel steps={[]} />);
    expect(screen.getByText('No saga has begun.')).toBeTruthy();
    expect(screen.queryByRole('list')).toBeNull();
  });
});

describe('the histogram', () => {
  const drawing = () => screen.getByRole('img');
  /** Heights of the bars in percent, by bucket. */
  const heights = (): readonly number[] =>
    [...drawing().querySelectorAll<HTMLElement>('[data-bar]')].map((bar) =>
      Number.parseFloat(bar.style.height),
    );

  test('has a bar for each bucket, by the logarithm of its count', () => {
    render(<Histogram steps={steps} />);
    expect(heights()).toHaveLength(bucketEnds.length);
    const expected = bucketEnds.map((_, n) => {
      const count = (reserve.counts[n] ?? 0) + (hold.counts[n] ?? 0);
      return logHeight(count, 60) * 100;
    });
    heights().forEach((height, n) => {
      expect(height).toBeCloseTo(expected[n] ?? -1, 3);
    });
    // The one slow step is seen beside sixty quick ones.
    expect(heights()[bucketEnds.indexOf(128)]).toBeGreaterThan(10);
  });

  test('is read as its buckets that are not empty, each with its count', () => {
    render(<Histogram steps={steps} />);
    expect(drawing().getAttribute('aria-label')).toBe('≤ 1 ms: 60, ≤ 4 ms: 40, ≤ 128 ms: 1');
  });

  test('has the count over each bar, and the end of each bucket below', () => {
    render(<Histogram steps={steps} />);
    const texts = [...drawing().children].map(({ textContent }) => textContent);
    expect(texts.slice(0, bucketEnds.length).filter((text) => text !== '')).toEqual(['60', '40', '1']);
    expect(texts.slice(bucketEnds.length)).toEqual([
      ...['1 ms', '2 ms', '4 ms', '8 ms', '16 ms', '32 ms', '64 ms', '128 ms', '256 ms', '512 ms'],
      ...['1 s', '4 s', '16 s', '66 s', '∞'],
    ]);
  });

  test('of one step, once it is chosen, has that step’s durations alone', () => {
    render(<Histogram steps={steps} />);
    fireEvent.change(screen.getByLabelText('Step'), { target: { value: 'hold-funds' } });
    expect(drawing().getAttribute('aria-label')).toBe('≤ 4 ms: 10');
    expect(heights().filter((height) => height > 0)).toEqual([100]);
  });

  test('can be scrolled by the keyboard', () => {
    render(<Histogram steps={steps} />);
    expect(screen.getByRole('region', { name: 'Histogram of durations' }).tabIndex).toBe(0);
  });

  test('before the first step has ended says so, and draws nothing', () => {
    render(<Histogram steps={[step('reserve', {}, { begun: 3, medianMs: null })]} />);
    expect(screen.getByText('No step has ended yet.')).toBeTruthy();
    expect(screen.queryByRole('img')).toBeNull();
  });
});

describe('the heat map', () => {
  const rowOf = (name: string) => screen.getByRole('rowheader', { name }).closest('tr') as HTMLElement;
  const heatOf = (cell: HTMLElement): number => Number(cell.style.getPropertyValue('--heat'));

  test('has a row for each step with its median, and a column for each bucket', () => {
    render(<HeatMap steps={steps} />);
    expect(
      screen
        .getAllByRole('columnheader')
        .map(({ title }) => title)
        .filter(Boolean),
    ).toEqual([
      ...['≤ 1 ms', '≤ 2 ms', '≤ 4 ms', '≤ 8 ms', '≤ 16 ms', '≤ 32 ms', '≤ 64 ms', '≤ 128 ms', '≤ 256 ms'],
      ...['≤ 512 ms', '≤ 1 s', '≤ 4 s', '≤ 16 s', '≤ 1 min 5 s', '> 1 min 5 s'],
    ]);
    expect(within(rowOf('Reserve')).getByText('3 ms')).toBeTruthy();
    expect(within(rowOf('Hold funds')).getByText('4 ms')).toBeTruthy();
  });

  test('a cell has its count as text, and is the hotter the more steps of its row it has', () => {
    render(<HeatMap steps={steps} />);
    const cells = within(rowOf('Reserve')).getAllByRole('cell');
    expect(cells.map(({ textContent }) => textContent).filter((text) => text !== '')).toEqual([
      '60',
      '30',
      '1',
    ]);
    expect(cells.map(heatOf).filter((heat) => heat > 0)).toEqual([1, Math.sqrt(0.5), Math.sqrt(1 / 60)]);
    const [hottest] = within(rowOf('Hold funds'))
      .getAllByRole('cell')
      .filter((cell) => heatOf(cell) === 1);
    expect(hottest?.textContent).toBe('10');
  });

  test('can be scrolled by the keyboard, and has a name', () => {
    render(<HeatMap steps={steps} />);
    expect(screen.getByRole('region', { name: 'How long the steps took' }).tabIndex).toBe(0);
  });

  test('before the first step has begun is not drawn', () => {
    render(<HeatMap steps={[]} />);
    expect(screen.queryByRole('table')).toBeNull();
  });
});

describe.each([
  ['how far sagas came', Progress, 'No saga has begun.'],
  ['how long steps took', Durations, 'No step has ended yet.'],
])('%s', (_, Shown, empty) => {
  test('loading, failed and empty are three things', () => {
    const again = jest.fn();
    const { rerender } = render(<Shown result={{}} again={again} />);
    expect(screen.getByRole('status').textContent).toBe('Loading …');
    expect(screen.queryByText(empty)).toBeNull();

    rerender(<Shown result={{ error: { message: 'the server is away' } }} again={again} />);
    expect(within(screen.getByRole('alert')).getByText('the server is away')).toBeTruthy();
    expect(screen.queryByRole('status')).toBeNull();
    expect(screen.queryByText(empty)).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(again).toHaveBeenCalledTimes(1);

    rerender(<Shown result={{ data: { sagas: { nodes: [] } } }} again={again} />);
    expect(screen.getByText(empty)).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
