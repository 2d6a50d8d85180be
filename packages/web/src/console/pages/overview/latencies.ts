// How long the steps of sagas take, in buckets that double: most take milliseconds, and some take days.
import type { SagaRowFragment } from '../../generated/graphql.js';
import { durationText } from '../../ui/parts.js';

/** Upper ends in milliseconds; longer times are in the last one. */
export const bucketEnds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096, 16_384, 65_536, Infinity];

/** `reserve:LAMP` and `reserve:BOWL` are one kind of step. */
export const kindOf = (step: string): string => step.split(':')[0] ?? step;

export type StepLatencies = {
  readonly kind: string;
  /** Steps per bucket. */
  readonly counts: readonly number[];
  readonly begun: number;
  readonly ended: number;
  readonly failed: number;
  /** Half of the steps took no longer, in milliseconds; null when none has ended. */
  readonly medianMs: number | null;
};

const failures = ['FAILED', 'STUCK'];

export function latenciesOf(sagas: readonly Pick<SagaRowFragment, 'steps'>[]): readonly StepLatencies[] {
  const kinds = new Map<string, { took: number[]; begun: number; failed: number }>();
  for (const { name, startedAt, endedAt, status } of sagas.flatMap(({ steps }) => steps)) {
    const known = kinds.get(kindOf(name)) ?? { took: [], begun: 0, failed: 0 };
    known.begun += 1;
    if (failures.includes(status)) known.failed += 1;
    if (startedAt !== null && endedAt !== null) known.took.push(Date.parse(endedAt) - Date.parse(startedAt));
    kinds.set(kindOf(name), known);
  }
  return [...kinds].map(([kind, { took, begun, failed }]) => {
    const sorted = took.sort((a, b) => a - b);
    return {
      kind,
      begun,
      failed,
      ended: took.length,
      counts: bucketEnds.map(
        (end, n) => sorted.filter((ms) => ms <= end && (n === 0 || ms > (bucketEnds[n - 1] ?? 0))).length,
      ),
      medianMs: sorted[Math.floor((sorted.length - 1) / 2)] ?? null,
    };
  });
}

const undoing = /^(release|refund|void|undo|return|end)/;

/** The steps forward in the order in which sagas begin them, then those that undo. */
export const inOrder = (steps: readonly StepLatencies[]): readonly StepLatencies[] => [
  ...steps.filter(({ kind }) => !undoing.test(kind)),
  ...steps.filter(({ kind }) => undoing.test(kind)),
];

export const bucketName = (end: number, n: number): string =>
  end === Infinity ? `> ${durationText(bucketEnds[n - 1] ?? 0)}` : `≤ ${durationText(end)}`;

/** From 0 to 1, by the logarithm of the count: a single one is still seen beside thousands. */
export const logHeight = (count: number, most: number): number =>
  count <= 0 || most <= 0 ? 0 : Math.log2(1 + count) / Math.log2(1 + most);
