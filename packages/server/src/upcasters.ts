// The upcasters of all contexts. Event types are unique over all contexts, so one table has all of them.
import { upcasters as accounts } from '@holdfast/accounts';
import { upcasters as checkout } from '@holdfast/checkout';
import { upcasters as fulfilment } from '@holdfast/fulfilment';
import { upcasters as inventory } from '@holdfast/inventory';
import type { Upcasters } from '@holdfast/kernel';
import { upcasters as ordering } from '@holdfast/ordering';
import { upcasters as payments } from '@holdfast/payments';
import { upcasters as topups } from '@holdfast/topups';
import { upcasters as shipping } from '@holdfast/shipping';
import { upcasters as wallet } from '@holdfast/wallet';

export const upcasters: Upcasters = {
  ...accounts,
  ...checkout,
  ...fulfilment,
  ...inventory,
  ...ordering,
  ...payments,
  ...topups,
  ...shipping,
  ...wallet,
};
