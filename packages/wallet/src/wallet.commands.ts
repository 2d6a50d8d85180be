// The commands to a customer's wallet.
import type { CustomerId, DomainCommand, Money, OrderId } from '@holdfast/kernel';

type ForCustomer<Type extends string, Data = unknown> = DomainCommand<
  Type,
  { readonly customerId: CustomerId } & Data
>;

export type OpenWallet = ForCustomer<'OpenWallet', { readonly currency: string }>;
/** opens the wallet when there is none */
export type Deposit = ForCustomer<
  'Deposit',
  {
    readonly amount: Money;
    readonly reason?: string;
    readonly depositId?: string;
    /** the withdrawal that brings it back */
    readonly withdrawalId?: string;
  }
>;
/** `isToCards`: the money goes back to the cards that it came from. */
export type Withdraw = ForCustomer<'Withdraw', { readonly amount: Money; readonly isToCards?: boolean }>;
export type HoldFunds = ForCustomer<'HoldFunds', { readonly orderId: OrderId; readonly amount: Money }>;
export type CaptureHold = ForCustomer<'CaptureHold', { readonly orderId: OrderId }>;
export type ReleaseHold = ForCustomer<'ReleaseHold', { readonly orderId: OrderId }>;
export type Refund = ForCustomer<
  'Refund',
  {
    readonly orderId: OrderId;
    readonly refundId: string;
    /** absent: the whole amount that is left */ readonly amount?: Money;
  }
>;

export type WalletCommand = OpenWallet | Deposit | Withdraw | HoldFunds | CaptureHold | ReleaseHold | Refund;
