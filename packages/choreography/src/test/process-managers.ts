// The process managers of a world, with their settings.
import { fulfilment } from '@holdfast/fulfilment';
import { createCheckout, type CheckVerdict } from '@holdfast/checkout';
import type { DomainCommand, DomainEvent, Process } from '@holdfast/kernel';
import { createInventoryPolicy } from '../inventory-policy.js';
import { createOrderingPolicy } from '../ordering-policy.js';
import { createPaymentPolicy } from '../payment-policy.js';

/** Any process manager. It gets only inputs that it routes, so their types may be left out. */
export type Manager = Process<DomainEvent, DomainEvent, unknown, DomainCommand>;
export const reservationTtlMs = 900_000;
export const paymentTimeoutMs = 300_000;

const verdicts: Readonly<Record<string, CheckVerdict>> = {
  review: { verdict: 'review', reason: 'large' },
  reject: { verdict: 'reject', reason: 'FRAUD_REJECTED', message: 'No' },
};
/** The name of the recipient decides the outcome of the check. */
const settings = {
  reservationTtlMs,
  paymentTimeoutMs,
  paymentAttempts: 2,
  check: ({ shippingAddress }: { readonly shippingAddress: { readonly name: string } }): CheckVerdict =>
    verdicts[shippingAddress.name] ?? { verdict: 'pass' },
};

export const managers = [
  createCheckout(settings),
  createInventoryPolicy(),
  createPaymentPolicy(settings),
  createOrderingPolicy(settings),
] as unknown as readonly Manager[];
/** Confirmed orders go on to the warehouse. */
export const shippingManagers = [...managers, fulfilment as unknown as Manager];

/** The process managers with a bug planted in one of them. */
export const withBug = (name: string, change: (manager: Manager) => Partial<Manager>): readonly Manager[] =>
  managers.map((manager) => (manager.name === name ? { ...manager, ...change(manager) } : manager));
