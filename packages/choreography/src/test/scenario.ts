// One order, the actions of the customer and staff on it, and the end that it must reach in both kinds of coordination.
import { OrderId, type DomainCommand } from '@holdfast/kernel';
import type {
  CheckoutDefinition,
  Coordination,
  OrderEvent,
  PaymentMethod,
  PaymentMode,
} from '@holdfast/ordering';
import type { CardToken } from './gateway.js';
import { reservationTtlMs } from './process-managers.js';
import type { Purchase } from './purchase.js';

export const stocked = { TEA: 5, CUP: 5 };
export const orderId = OrderId('o1');
export const coordinations: readonly Coordination[] = ['ORCHESTRATION', 'CHOREOGRAPHY'];

export type End = {
  readonly status: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly stock: Readonly<Record<string, { readonly onHand: number; readonly reserved: number }>>;
  readonly wallet: { readonly balance: number; readonly held: number };
  readonly cards: { readonly kept: number; readonly authorized: number };
};

export type Scenario = {
  readonly lines?: Purchase['lines'];
  readonly paymentMode?: PaymentMode;
  readonly paymentMethod?: PaymentMethod;
  /** the card that the order came with */
  readonly cardToken?: CardToken;
  readonly isFree?: boolean;
  readonly verdict?: string;
  readonly definition?: CheckoutDefinition;
  readonly onHand?: typeof stocked;
  readonly balance?: number;
  readonly slow?: readonly string[];
  /** the actions of the customer or staff at an event of the order */
  readonly on?: Partial<Record<OrderEvent['type'], readonly DomainCommand[]>>;
  readonly isPaidByWallet?: boolean;
  /** Units that came back after the order was delivered; absent: the order is not shipped. */
  readonly returned?: Readonly<Record<keyof typeof stocked, number>>;
  readonly ends: string;
  readonly reason?: string;
  /** the least time that has passed at the end */
  readonly atLeastMs?: number;
};

export const pay: DomainCommand = { type: 'StartPayment', data: { orderId, method: 'WALLET' } };
/** Long before the end of the reservation, which is extended by its full length. */
export const extend: DomainCommand = {
  type: 'ExtendReservation',
  data: { orderId, at: '2026-01-01T00:00:00.000Z', byMs: reservationTtlMs },
};
export const cancel: DomainCommand = { type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } };
export const approve: DomainCommand = { type: 'Review', data: { orderId, approved: true, reason: 'known' } };
export const reject: DomainCommand = { type: 'Review', data: { orderId, approved: false, reason: 'No' } };
export const payByCard = (cardToken: CardToken): DomainCommand => ({
  type: 'StartPayment',
  data: { orderId, method: 'CARD', cardToken, returnUrl: '/back' },
});
