// How long the steps of one kind took, as a histogram: both axes are logarithmic, so that one slow step among thousands is seen.
import { useState } from 'react';
import { inWords, Nothing } from '../../ui/parts.js';
import { Select } from '../../ui/filters.js';
import { bucketEnds, bucketName, logHeight, type StepLatencies } from './latencies.js';
import styles from './overview-page.module.css';

const height = 100;
const width = 24;

export function Histogram({ steps }: { readonly steps: readonly StepLatencies[] }) {
  const [chosen, choose] = useState('');
  const shown = chosen === '' ? steps : steps.filter(({ kind }) => kind === chosen);
  const counts = bucketEnds.map((_, n) => shown.reduce((sum, step) => sum + (step.counts[n] ?? 0), 0));
  const most = Math.max(...counts);
  if (steps.length === 0) return <Nothing title="No step has ended yet." />;
  return (
    <div className={styles.histogram}>
      <Select
        label="Step"
        value={chosen}
        options={steps.map(({ kind }) => [kind, inWords(kind)] as const)}
        onChange={choose}
      />
      <div className={styles.heat} tabIndex={0} role="region" aria-label="Histogram of durations">
        <svg
          viewBox={`0 0 ${bucketEnds.length * width} ${height + 24}`}
          className={styles.columns}
          role="img"
          aria-label={counts
            .flatMap((count, n) =>
              count === 0 ? [] : [`${bucketName(bucketEnds[n] ?? Infinity, n)}: ${count}`],
            )
            .join(', ')}
        >
          {counts.map((count, n) => {
            const tall = logHeight(count, most) * (height - 14);
            return (
              <g key={bucketEnds[n]} transform={`translate(${n * width} 0)`}>
                <rect x="2" width={width - 4} y={height - tall} height={tall} fill="var(--accent)" rx="1.5" />
                {count > 0 && (
                  <text x={width / 2} y={height - tall - 3} className={styles.tick}>
                    {count}
                  </text>
                )}
                <text x={width / 2} y={height + 10} className={styles.tick}>
                  {shortEnd(bucketEnds[n] ?? Infinity)}
                </text>
              </g>
            );
          })}
          <line x1="0" x2={bucketEnds.length * width} y1={height} y2={height} stroke="var(--line-strong)" />
          <text x={bucketEnds.length * width} y={height + 21} className={styles.unit}>
            at most so long
          </text>
        </svg>
      </div>
    </div>
  );
}

/** `64` for milliseconds, `4 s`, and `∞` for the last. */
const shortEnd = (end: number): string =>
  end === Infinity ? '∞' : end < 1_000 ? `${end} ms` : `${Math.round(end / 1_000)} s`;
