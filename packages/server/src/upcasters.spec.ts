// An event is stored with the version that its aggregate or process declares, and the number of its upcasters must match
// that version. Otherwise new events would be upcast like old ones.
import { expect, test } from '@jest/globals';
import { aggregates as accountAggregates } from '@holdfast/accounts';
import { alarm, createCheckout, intervention } from '@holdfast/checkout';
import { fulfilment } from '@holdfast/fulfilment';
import { stock } from '@holdfast/inventory';
import { versionsOf } from '@holdfast/kernel';
import { aggregates as orderingAggregates } from '@holdfast/ordering';
import { payment } from '@holdfast/payments';
import { aggregates as shippingAggregates } from '@holdfast/shipping';
import { wallet } from '@holdfast/wallet';
import { upcasters } from './upcasters.js';

type Declaring = { readonly schemaVersions?: Readonly<Record<string, number>> };

test('every aggregate and process stores its events with the version that the upcasters produce', () => {
  const declaring: readonly Declaring[] = [
    ...[...orderingAggregates, ...shippingAggregates, ...accountAggregates],
    ...[stock, wallet, payment, intervention, alarm],
    createCheckout({ reservationTtlMs: 1, paymentTimeoutMs: 1 }),
    fulfilment,
  ];
  expect(Object.assign({}, ...declaring.map(({ schemaVersions }) => schemaVersions))).toEqual(
    versionsOf(upcasters),
  );
});
