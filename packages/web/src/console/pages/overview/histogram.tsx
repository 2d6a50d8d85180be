// How long the steps of one kind took, as a histogram: both axes are logarithmic, so that one slow step among thousands is seen.
import { useState } from 'react';
import { countText, inWords, Nothing } from '../../ui/parts.js';
import { Select } from '../../ui/filters.js';
import { bucketEnds, bucketName, logHeight, type StepLatencies } from './latencies.js';
import styles from './overview-page.module.css';

export function Histogram({ steps }: { readonly steps: readonly StepLatencies[] }) {
  const [chosen, choose] = useState('');
  const shown = chosen === '' ? steps : steps.filter(({ kind }) => kind === chosen);
  const counts = bucketEnds.map((_, n) => shown.reduce((sum, step) => sum + (step.counts[n] ?? 0), 0));
  const most = Math.max(...counts);
  if (steps.every(({ ended }) => ended === 0)) return <Nothing title="No step has ended yet." />;
  return (
    <div className={styles.histogram}>
      <Select
        label="Step"
        value={chosen}
        options={steps.map(({ kind }) => [kind, inWords(kind)] as const)}
        onChange={choose}
      />
      <div className={styles.heat} tabIndex={0} role="region" aria-label="Histogram of durations">
        <div
          className={styles.columns}
          role="img"
          aria-label={counts
            .flatMap((count, n) =>
              count === 0 ? [] : [`${bucketName(bucketEnds[n] ?? Infinity, n)}: ${count}`],
            )
            .join(', ')}
        >
          {counts.map((count, n) => (
            <span key={bucketEnds[n]} className={styles.column}>
              {count > 0 && countText(count)}
              <span
                className={styles.stick}
                data-bar
                style={{ height: `${logHeight(count, most) * 100}%` }}
              />
            </span>
          ))}
          {bucketEnds.map((end) => (
            <span key={end} className={styles.tick}>
              {shortEnd(end)}
            </span>
          ))}
        </div>
      </div>
      <p className={styles.unit}>
        Steps by how long they took at most. Both axes are logarithmic: a single slow step is seen beside
        thousands.
      </p>
    </div>
  );
}

/** `64` for milliseconds, `4 s`, and `∞` for the last. */
export const shortEnd = (end: number): string =>
  end === Infinity ? '∞' : end < 1_000 ? `${end} ms` : `${Math.round(end / 1_000)} s`;
