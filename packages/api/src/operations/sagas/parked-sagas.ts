// Whether the processes of an order are held back by a parked event. That is known from the parked events themselves, so
// that it ends with the retry or the discard of the last of them.
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

/** Enough for the parked events of one order in all consumers, of which the read models are most. */
const mostOfOrder = 200;

/** `of`: the checkout or the policies, or the fulfilment. */
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
