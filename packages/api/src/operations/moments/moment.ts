// An order at a position of the log, with its saga, its customer's wallet and the stock of its products.
import type { Position } from '@holdfast/kernel';
import type { OrderSummary, SagaMonitor, WalletStatement } from '@holdfast/projections';
import type { StreamEvent } from '../log/log.js';
import type { AsOf } from './as-of.js';

export type ProductMoment = {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly available: number;
  readonly reservedForOrder: number;
};

export type Moment = {
  readonly position: Position;
  readonly event: StreamEvent;
  /** the event of the order that caused this one; null when a request did */
  readonly cause: StreamEvent | null;
  readonly commandId: string;
  readonly actor: string;
  readonly order: (OrderSummary & { readonly asOf: AsOf }) | null;
  readonly saga: (SagaMonitor & { readonly asOf: AsOf }) | null;
  readonly wallet: WalletStatement | null;
  readonly stock: readonly ProductMoment[];
  readonly changes: readonly string[];
};
