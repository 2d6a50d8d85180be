// How long the steps took, as a table of kinds of steps and buckets: the more steps of its row a cell has, the hotter it is.
import { Hidden } from '../../../shared/ui/ui.js';
import { durationText, inWords } from '../../ui/parts.js';
import { shortEnd } from './histogram.js';
import { bucketEnds, bucketName, type StepLatencies } from './latencies.js';
import styles from './overview-page.module.css';

export function HeatMap({ steps }: { readonly steps: readonly StepLatencies[] }) {
  if (steps.length === 0) return null;
  return (
    <div className={styles.heat} tabIndex={0} role="region" aria-label="How long the steps took">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <Hidden>Step</Hidden>
            </th>
            <th scope="col">Median</th>
            {bucketEnds.map((end, n) => (
              <th key={end} scope="col" title={bucketName(end, n)}>
                {shortEnd(end)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map(({ kind, counts, medianMs }) => {
            const most = Math.max(1, ...counts);
            return (
              <tr key={kind}>
                <th scope="row">{inWords(kind)}</th>
                <th scope="row">{medianMs === null ? '' : durationText(medianMs)}</th>
                {counts.map((count, n) => {
                  const heat = Math.sqrt(count / most);
                  return (
                    <td
                      key={bucketEnds[n]}
                      data-dark={heat > 0.6 || undefined}
                      style={{ '--heat': heat } as React.CSSProperties}
                    >
                      {count === 0 ? '' : count}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
