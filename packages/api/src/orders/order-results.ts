// The results of the mutations of an order: the order after the command, or after the wait that the caller asked for.
import { StoreUnavailable } from '@holdfast/event-store';
import type { OrderId } from '@holdfast/kernel';
import type { OrderRejection, OrderStatus } from '@holdfast/ordering';
import type { OrderSummary } from '@holdfast/projections';
import type { ApiDependencies } from '../dependencies.js';
import { errorResult } from '../graphql/errors.js';
import { foldedDocument, freshDocument, type Folded } from '../queries/documents.js';
import { foldedOrder, positionOnce } from './order-documents.js';

/** The reasons why an order is not changed. */
export type Refusal = OrderRejection | { readonly code: 'IdempotencyConflict' };

/** Number of card payments that a customer may try for one order; 0 where cards are not accepted. */
const attemptsOf = ({ cards = null, settings }: ApiDependencies): number =>
  cards === null ? 0 : (settings.paymentAttempts ?? 1);

/** Orders folded from the log. */
export const ordersOfLog = (dependencies: ApiDependencies): Folded<OrderSummary> =>
  foldedOrder(dependencies.commands, attemptsOf(dependencies));

export class OrderResults {
  readonly folded: Folded<OrderSummary>;

  constructor(
    private readonly dependencies: ApiDependencies,
    private readonly closing: AbortSignal,
  ) {
    this.folded = ordersOfLog(dependencies);
  }

  /** The order once `is` accepts its status, or in its present state at the time limit or when the program stops. */
  async once(orderId: OrderId, is: (status: OrderStatus) => boolean, timeoutMs: number) {
    const waiting = { timeoutMs, closing: this.closing };
    const reached = await positionOnce(this.dependencies, orderId, is, waiting);
    if (reached !== null) return this.ending(await this.at(orderId, reached));
    const { store } = this.dependencies;
    const { synced } = await store.end();
    return this.ending(await foldedDocument(store, this.folded, orderId, synced));
  }

  /** Returns the order, which reflects at least this position of its own stream. */
  at(orderId: OrderId, position: number): Promise<OrderSummary | null> {
    return freshDocument(this.dependencies, this.folded, orderId, position);
  }

  success(found: OrderSummary | null) {
    // A node that is behind the others may not have it yet.
    if (found === null) throw new StoreUnavailable('an order that was just changed is not read yet');
    return { __typename: 'OrderSuccess', order: found, position: found.position };
  }

  /** Returns the union's member: the error of an order that failed for lack of stock or money, otherwise the success. */
  ending(found: OrderSummary | null) {
    if (found?.failureReason === 'OUT_OF_STOCK') {
      const message = found.failureMessage ?? 'out of stock';
      const refused = errorResult('OutOfStockError', 'OUT_OF_STOCK', message);
      return { ...refused, shortages: found.shortages, orderId: found.id, position: found.position };
    }
    if (found?.failureReason === 'INSUFFICIENT_FUNDS') {
      const message = found.failureMessage ?? 'insufficient funds';
      const refused = errorResult('InsufficientFundsError', 'INSUFFICIENT_FUNDS', message);
      const required = found.refusedFunds?.required ?? found.total;
      const available = found.refusedFunds?.available ?? { minor: 0, currency: found.total.currency };
      return { ...refused, required, available, orderId: found.id, position: found.position };
    }
    return this.success(found);
  }
}
