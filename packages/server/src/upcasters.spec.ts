// An event is stored under the version that its aggregate or process declares, and lifted by the number of its upcasters:
// the two must say the same, or new events are taken for old ones.
import { expect, test } from '@jest/globals';
import { aggregates as accountAggregates } from '@holdfast/accounts';
import { alarm, createCheckout, intervention } from '@holdfast/checkout';
import { stock } from '@holdfast/inventory';
import { versionsOf } from '@holdfast/kernel';
import { aggregates as orderingAggregates } from '@holdfast/ordering';
import { wallet } from '@holdfast/wallet';
import { upcasters } from './upcasters.js';

type Declaring = { readonly schemaVersions?: Readonly<Record<string, number>> };

test('every aggregate and process stores its events under the version that the upcasters lead to', () => {
  const declaring: readonly Declaring[] = [
    ...[...orderingAggregates, stock, wallet, intervention, alarm, ...accountAggregates],
    createCheckout({ reservationTtlMs: 1, paymentTimeoutMs: 1 }),
  ];
  expect(Object.assign({}, ...declaring.map(({ schemaVersions }) => schemaVersions))).toEqual(
    versionsOf(upcasters),
  );
});
