// Stock and wallet at the fork. Other orders are not part of a fork: one reservation and one hold stand for all of them.
import { stock, stockStream, type StockEvent, type StockState } from '@holdfast/inventory';
import { fold, money, OrderId, Sku, type RecordedEvent } from '@holdfast/kernel';
import { wallet, walletStream, type WalletEvent, type WalletState } from '@holdfast/wallet';
import type { Moment } from '../moments/moment.js';

/** No order has this id: ids of orders are longer. */
const others = OrderId('others');

/** Whether other orders hold all free units of every product, or all free money of the wallet. */
export type Taken = { readonly stock: boolean; readonly wallet: boolean };

/** Returns states by stream. `past`: the order's own events up to the moment. */
export function sharedStates(
  { stock: products, wallet: purse, order }: Moment,
  past: readonly RecordedEvent[],
  taken: Taken,
): ReadonlyMap<string, unknown> {
  const own = (stream: string) => past.filter((event) => event.stream === stream);
  const states = new Map<string, unknown>();
  const currency = order?.total.currency ?? 'XXX';
  for (const { sku, onHand, reserved, available } of products) {
    const stream = stockStream(Sku(sku));
    const events = own(stream) as RecordedEvent<StockEvent>[];
    const byOthers = taken.stock ? available : 0;
    states.set(stream, stockWith(events, { onHand, reserved: reserved + byOthers, currency }));
  }
  if (purse === null || order === null) return states;
  const stream = walletStream(order.customerId as never);
  const { balance, held } = purse;
  const level = { balance, held: taken.wallet ? balance : held };
  states.set(stream, walletWith(own(stream) as RecordedEvent<WalletEvent>[], level));
  return states;
}

type StockLevelNow = { readonly onHand: number; readonly reserved: number; readonly currency: string };

const stockWith = (own: readonly StockEvent[], level: StockLevelNow): StockState =>
  fold(stock, stock.initialState, [...stockBefore(own, level), ...own]);

/** A short past of a product, without an order's own events. With these after it, the state has the given level. */
export function stockBefore(own: readonly StockEvent[], level: StockLevelNow): readonly StockEvent[] {
  const created: StockEvent = {
    type: 'ProductCreated',
    data: { name: 'product', price: money.zero(level.currency) },
  };
  const alone = listedIn(fold(stock, stock.initialState, [created, ...own]));
  const received = level.onHand - alone.onHand;
  const reserved = level.reserved - alone.reserved;
  return [
    created,
    { type: 'StockReceived', data: { quantity: received } },
    ...(reserved === 0
      ? []
      : [{ type: 'StockReserved' as const, data: { orderId: others, quantity: reserved } }]),
  ];
}

const listedIn = (state: StockState) => (state.kind === 'listed' ? state : { onHand: 0, reserved: 0 });

type WalletLevel = { readonly balance: money.Money; readonly held: money.Money };

const walletWith = (own: readonly WalletEvent[], level: WalletLevel): WalletState =>
  fold(wallet, wallet.initialState, [...walletBefore(own, level), ...own]);

/** A short past of a wallet, without an order's own events. With these after it, the state has the given level. */
export function walletBefore(own: readonly WalletEvent[], level: WalletLevel): readonly WalletEvent[] {
  const { currency } = level.balance;
  const opened: WalletEvent = { type: 'WalletOpened', data: { currency } };
  const alone = fold(wallet, wallet.initialState, [opened, ...own]);
  const zero = money.zero(currency);
  const { balance, held } = alone.kind === 'open' ? alone : { balance: zero, held: zero };
  const heldByOthers = money.subtract(level.held, held);
  return [
    opened,
    { type: 'FundsDeposited', data: { amount: money.subtract(level.balance, balance) } },
    ...(heldByOthers.minor === 0
      ? []
      : [{ type: 'FundsHeld' as const, data: { orderId: others, amount: heldByOthers } }]),
  ];
}
