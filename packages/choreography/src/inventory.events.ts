// The decisions of inventory's policy about the stock of one order. Other policies react to its two statements.
import type {
  DeadlineMoved,
  DeadlineReached,
  DeadlineSet,
  DefinitionName,
  Ending,
  StockDenied,
  StockSecured,
  Step,
} from '@holdfast/checkout';
import type { DomainEvent, OrderId, Sku } from '@holdfast/kernel';
import type { StockKeeper } from '@holdfast/ordering';
import type { StepEvent } from './policy-events.js';

export type InventoryPolicyStarted = DomainEvent<
  'InventoryPolicyStarted',
  {
    readonly definition: DefinitionName;
    readonly definitionVersion: number;
    readonly orderId: OrderId;
    /** every SKU of the order once, quantities added up */
    readonly stock: readonly { readonly sku: Sku; readonly quantity: number }[];
    /** absent: `OWN` */
    readonly stockKeeper?: StockKeeper;
  }
>;
/** Payment stated that the money is set aside, so the stock of an order that is paid first can be reserved. */
export type FundsNoted = DomainEvent<'FundsNoted', Record<string, never>>;
/** A statement to the other policies: all units of the order are reserved. */
export type AllStockSecured = DomainEvent<'AllStockSecured', Record<string, never>>;
/** A statement to the other policies: the order can't have its stock. `message` is for the customer. */
export type StockUnavailable = DomainEvent<
  'StockUnavailable',
  Pick<Extract<Ending, { readonly outcome: 'FAILED' }>, 'reason' | 'message'>
>;
/** The order has ended or can't be paid: all stock that may have been reserved is released. */
export type StockReleaseStarted = DomainEvent<'StockReleaseStarted', { readonly undo: readonly Step[] }>;

export type InventoryPolicyEvent =
  | InventoryPolicyStarted
  | FundsNoted
  | StockSecured
  | StockDenied
  | AllStockSecured
  | StockUnavailable
  | StockReleaseStarted
  | DeadlineSet
  | DeadlineMoved
  | DeadlineReached
  | StepEvent;
