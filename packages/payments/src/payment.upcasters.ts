// Lifts stored events of older versions to their present shape.
import type { Upcasters } from '@holdfast/kernel';
import type { PaymentRequested } from './payment.events.js';

/** Current versions of the types that have changed. */
export const schemaVersions = { PaymentRequested: 2 } as const;

type RequestedV1 = Omit<PaymentRequested['data'], 'gateway'>;

export const upcasters: Upcasters = {
  // Version 1 did not say which gateway it was: a shop had one at a time.
  PaymentRequested: [(data: RequestedV1): PaymentRequested['data'] => ({ ...data, gateway: null })],
};
