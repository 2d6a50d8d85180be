// Finds out whether a parked event holds back a process of an order. It reads the parked events themselves, so that the
// status ends with the retry or the discard of the last one.
import { checkoutCategory } from '@holdfast/checkout';
import { policyCategories } from '@holdfast/choreography';
import { fulfilmentCategory } from '@holdfast/fulfilment';
import type { Parked } from '@holdfast/projections';
import { processConsumer, type Projections } from '@holdfast/runtime';
import { documents, type Pause } from '../../graphql/connections.js';
import { collections, parkedOf, parkedOfOrder } from '../../queries/read-models.js';

const checkouts: readonly string[] = [checkoutCategory, ...policyCategories].map(processConsumer);
const fulfilments: readonly string[] = [processConsumer(fulfilmentCategory)];
const ofProcess = { checkout: checkouts, fulfilment: fulfilments } as const;

/** Enough for the parked events of one order in all consumers. Most consumers are read models. */
const mostOfOrder = 200;

/** `of`: which processes of the order to look at: checkout and policies, or the fulfilment. */
export async function isParked(
  reads: Pick<Projections, 'find'>,
  orderId: string,
  of: keyof typeof ofProcess,
): Promise<boolean> {
  const find = { ...parkedOfOrder(orderId), limit: mostOfOrder };
  const { items } = await reads.find<Parked>(collections.parked, find);
  return items.some(({ document }) => ofProcess[of].includes(document.consumer));
}

/** The ids of all orders whose checkout, or one of whose policies, is held back. */
export async function parkedSagas(reads: Projections, pause?: Pause): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const consumer of checkouts)
    for await (const { document } of documents<Parked>(
      reads,
      collections.parked,
      parkedOf(consumer),
      undefined,
      pause,
    ))
      ids.add(document.holds);
  return ids;
}
