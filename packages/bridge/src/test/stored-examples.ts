// One stored event of each type that the contexts have, from their golden files: the life of an order `o-1`.
import { readdirSync, readFileSync } from 'node:fs';
import type { RecordedEvent } from '@holdfast/kernel';

const streams = {
  ordering: 'order-o-1',
  inventory: 'stock-85123A',
  wallet: 'wallet-c-1',
  payments: 'payment-o-1.1',
  bridge: 'answer-11111111-0000-4000-8000-000000000001',
} as const;

type Golden = { readonly type: string; readonly schemaVersion: number; readonly data: unknown };

const folder = (context: string): URL => new URL(`../../../${context}/test/golden/`, import.meta.url);

/** The newest golden event of each type of a context, in the order of their names. */
function goldenOf(context: string): readonly Golden[] {
  const newest = new Map<string, Golden>();
  for (const file of readdirSync(folder(context)).sort()) {
    const golden = JSON.parse(readFileSync(new URL(file, folder(context)), 'utf8')) as Golden;
    if ((newest.get(golden.type)?.schemaVersion ?? 0) < golden.schemaVersion) newest.set(golden.type, golden);
  }
  return [...newest.values()];
}

export const storedTypes: readonly string[] = Object.keys(streams).flatMap((context) =>
  goldenOf(context).map(({ type }) => type),
);

export const recorded = (
  stream: string,
  type: string,
  data: unknown,
  revision = 0,
  at = '2026-01-01T12:00:00.000Z',
): RecordedEvent => ({
  id: `${stream}-${revision}-${type}`,
  ...{ stream, revision, type, data, position: revision },
  metadata: {
    ...{ correlationId: 'o-1', causationId: 'cause', commandId: 'command', actor: 'system' },
    ...{ at, schemaVersion: 1 },
  },
});

/** The stock that an outside service keeps has a stream for each order. */
const ofAllocation = (type: string): string | null =>
  type.startsWith('Allocation') ? 'allocation-o-1' : null;

/** Every stored event, each with the order's placing as the history of its stream. */
export function storedExamples(): readonly RecordedEvent[] {
  return Object.entries(streams).flatMap(([context, stream]) =>
    goldenOf(context).map(({ type, data }) =>
      recorded(ofAllocation(type) ?? stream, type, data, type === 'OrderPlaced' ? 0 : 1),
    ),
  );
}

export const placedExample = (): RecordedEvent => {
  const placed = storedExamples().find(({ type }) => type === 'OrderPlaced');
  if (placed === undefined) throw new Error('ordering has no golden OrderPlaced');
  return placed;
};
