// The steps of a saga over time. Times between steps vary from milliseconds to days, so the distance between two moments on
// the axis is the logarithm of the time between them.
import type { SagaDetailFragment } from '../../generated/graphql.js';
import { durationText } from '../../ui/parts.js';
import styles from './gantt.module.css';

type Step = SagaDetailFragment['steps'][number];

export type Scale = (at: number) => number;

/** From 0 to 1, for moments between the first and the last. */
export function unevenScale(moments: readonly number[]): Scale {
  const sorted = [...new Set(moments)].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((at, n) => Math.log2(2 + at - (sorted[n] ?? at)));
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return (at) => {
    if (total === 0) return 0;
    let before = 0;
    for (const [n, gap] of gaps.entries()) {
      const from = sorted[n] ?? at;
      const to = sorted[n + 1] ?? at;
      if (at <= to) return (before + gap * Math.min(1, Math.max(0, (at - from) / (to - from)))) / total;
      before += gap;
    }
    return 1;
  };
}

const percent = (part: number): string => `${(part * 100).toFixed(2)}%`;
const undoing = /^(release|refund|void|undo|return)/;

export function Gantt({ saga, now }: { readonly saga: SagaDetailFragment; readonly now: number }) {
  const began = saga.steps.filter(
    (step): step is Step & { readonly startedAt: string } => step.startedAt !== null,
  );
  const isOver = ['COMPLETED', 'COMPENSATED'].includes(saga.status);
  const moments = began.flatMap(({ startedAt, endedAt }) => [
    Date.parse(startedAt),
    ...(endedAt === null ? [] : [Date.parse(endedAt)]),
  ]);
  const last = isOver ? Math.max(...moments) : now;
  const scale = unevenScale([...moments, last]);
  const armed = saga.timers.filter(({ state, dueAt }) => state === 'ARMED' && Date.parse(dueAt) <= last);
  if (began.length === 0) return null;
  return (
    <div className={styles.chart}>
      {began.map(({ name, status, startedAt, endedAt, attempts }) => {
        const from = Date.parse(startedAt);
        const to = endedAt === null ? last : Date.parse(endedAt);
        return (
          <Row
            key={name}
            name={name}
            took={`${durationText(to - from)}${attempts > 0 ? `, ${attempts} failed` : ''}`}
          >
            <span
              className={styles.bar}
              data-status={status}
              data-undo={undoing.test(name) || undefined}
              title={`${name}: ${status}, ${durationText(to - from)}`}
              style={{ left: percent(scale(from)), right: percent(1 - scale(to)) }}
            />
            {armed.map(({ id, dueAt, kind }) => (
              <span
                key={id + kind}
                className={styles.timer}
                title={`${kind} due`}
                style={{ left: percent(scale(Date.parse(dueAt))) }}
              />
            ))}
          </Row>
        );
      })}
      <span className={styles.axis} aria-hidden="true">
        <span>0</span>
        <span>{durationText(last - Math.min(...moments))}</span>
      </span>
    </div>
  );
}

type RowProps = {
  readonly name: string;
  readonly took: string;
  readonly children: React.ReactNode;
};

const Row = ({ name, took, children }: RowProps) => (
  <>
    <span className={styles.name} title={name}>
      {name}
    </span>
    <span className={styles.track}>{children}</span>
    <span className={styles.took}>{took}</span>
  </>
);
