// Lifts stored events of older versions to their present shape.
import type { Upcasters } from '@holdfast/kernel';
import type { OrderPaymentStarted } from './order.events.js';

type StartedV1 = Pick<OrderPaymentStarted['data'], 'method'>;

/** Current versions of the types that have changed. */
export const schemaVersions = { OrderPaymentStarted: 2 } as const;

export const upcasters: Upcasters = {
  // In version 1 an order had one attempt, by wallet.
  OrderPaymentStarted: [
    ({ method }: StartedV1): OrderPaymentStarted['data'] => ({
      method,
      attempt: 1,
      cardToken: null,
      returnUrl: null,
    }),
  ],
};
