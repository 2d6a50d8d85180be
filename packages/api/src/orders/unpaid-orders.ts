// Limits the orders of a customer that hold stock and wait for money that is not in the wallet. Each process counts the
// orders that came through it since it started.
import type { Clock, CustomerId, OrderId } from '@holdfast/kernel';
import { minorOf, order, orderStream, type PlaceOrder } from '@holdfast/ordering';
import { Cache, type CommandHandler } from '@holdfast/runtime';
import { available, wallet, walletStream } from '@holdfast/wallet';

const rememberedCustomers = 10_000;
/** How often the orders of a customer with too many are checked again. */
const lookAgainMs = 1_000;

type Kept = { readonly orders: Set<OrderId>; fullUntil: number };

export class UnpaidOrders {
  readonly #kept = new Cache<CustomerId, Kept>(rememberedCustomers);

  constructor(
    private readonly commands: CommandHandler,
    private readonly clock: Clock,
    private readonly most: number,
  ) {}

  /** Counts this order unless it is paid at once or the wallet covers it. Returns null, or the ms to wait. */
  async exceeded({ data }: PlaceOrder): Promise<number | null> {
    const { customerId, orderId } = data;
    if (data.paymentMode === 'AUTOMATIC' || (await this.#isCovered(data))) return null;
    const kept = this.#kept.get(customerId) ?? { orders: new Set<OrderId>(), fullUntil: 0 };
    this.#kept.set(customerId, kept);
    if (kept.orders.has(orderId)) return null;
    const now = this.clock.now();
    if (now < kept.fullUntil) return kept.fullUntil - now;
    if (kept.orders.size >= this.most) await this.#forgetPaidAndEnded(kept.orders);
    if (kept.orders.size >= this.most) {
      kept.fullUntil = now + lookAgainMs;
      return lookAgainMs;
    }
    kept.orders.add(orderId);
    return null;
  }

  /** The order was refused, so it holds no stock. */
  forget({ data: { customerId, orderId } }: PlaceOrder): void {
    this.#kept.get(customerId)?.orders.delete(orderId);
  }

  async #isCovered({ customerId, lines }: PlaceOrder['data']): Promise<boolean> {
    const { state } = await this.commands.load(wallet, walletStream(customerId));
    const left = available(state);
    const [first] = lines;
    if (left === null || first?.unitPrice.currency !== left.currency) return false;
    return minorOf(lines) <= left.minor;
  }

  async #forgetPaidAndEnded(orders: Set<OrderId>): Promise<void> {
    for (const orderId of orders) {
      const { state } = await this.commands.load(order, orderStream(orderId));
      // An order without a document is being placed now.
      if (!['NOT_PLACED', 'CREATED', 'RESERVED'].includes(state.status)) orders.delete(orderId);
    }
  }
}
