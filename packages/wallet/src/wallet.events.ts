// The events of a customer's wallet. Stored type strings are permanent; the stream name carries the customer's id.
import type { DomainEvent, Money, OrderId } from '@holdfast/kernel';
import type { CardPart } from './card-money.js';

type OfOrder = { readonly orderId: OrderId; readonly amount: Money };

/** A wallet has one currency, that of its first deposit. */
export type WalletOpened = DomainEvent<'WalletOpened', { readonly currency: string }>;
/**
 * `reason`: why staff gave the money. `depositId`: the deposit by card that brought it. Both absent: a free deposit.
 * `withdrawalId`: a withdrawal that the card's gateway refused to carry out; the money is back.
 */
export type FundsDeposited = DomainEvent<
  'FundsDeposited',
  {
    readonly amount: Money;
    readonly reason?: string;
    readonly depositId?: string;
    readonly withdrawalId?: string;
  }
>;
/** `to`: the cards that it goes back to. Absent: a free withdrawal. */
export type FundsWithdrawn = DomainEvent<
  'FundsWithdrawn',
  { readonly amount: Money; readonly to?: readonly CardPart[] }
>;
/** set aside for an order: still the customer's, no longer available */
export type FundsHeld = DomainEvent<'FundsHeld', OfOrder>;
/** `available` is null when there is no wallet, or it has another currency */
export type FundsHoldRefused = DomainEvent<
  'FundsHoldRefused',
  { readonly orderId: OrderId; readonly requested: Money; readonly available: Money | null }
>;
/** the held money left the wallet */
export type HoldCaptured = DomainEvent<'HoldCaptured', OfOrder>;
/** amount 0: nothing had been held, and a hold that comes later is refused */
export type HoldReleased = DomainEvent<'HoldReleased', OfOrder>;
/** captured money came back; `refundId` tells several refunds of one order apart */
export type FundsRefunded = DomainEvent<'FundsRefunded', OfOrder & { readonly refundId: string }>;

export type WalletEvent =
  | WalletOpened
  | FundsDeposited
  | FundsWithdrawn
  | FundsHeld
  | FundsHoldRefused
  | HoldCaptured
  | HoldReleased
  | FundsRefunded;
