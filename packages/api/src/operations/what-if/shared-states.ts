// Stock and wallet at the fork. Other orders are not part of a fork: what they have there is one reservation and one hold.
import { stock, stockStream, type StockEvent, type StockState } from '@holdfast/inventory';
import { fold, money, OrderId, Sku, type RecordedEvent } from '@holdfast/kernel';
import { wallet, walletStream, type WalletEvent, type WalletState } from '@holdfast/wallet';
import type { Moment } from '../moments/moment.js';

/** No order has this id: ids of orders are longer. */
const others = OrderId('others');

/** `empty`: whether nothing is to be free, of any product or in the wallet. */
export type Emptied = { readonly stock: boolean; readonly wallet: boolean };

/** By stream. `past`: the order's own events up to the moment. */
export function sharedStates(
  { stock: products, wallet: purse, order }: Moment,
  past: readonly RecordedEvent[],
  emptied: Emptied,
): ReadonlyMap<string, unknown> {
  const own = (stream: string) => past.filter((event) => event.stream === stream);
  const states = new Map<string, unknown>();
  const currency = order?.total.currency ?? 'XXX';
  for (const { sku, onHand, reserved, available } of products) {
    const stream = stockStream(Sku(sku));
    const events = own(stream) as RecordedEvent<StockEvent>[];
    const taken = emptied.stock ? available : 0;
    states.set(stream, stockWith(events, { onHand: onHand - taken, reserved, currency }));
  }
  if (purse === null || order === null) return states;
  const stream = walletStream(order.customerId as never);
  const taken = emptied.wallet ? purse.available.minor : 0;
  const { balance, held } = purse;
  const left = { balance: money.of(balance.minor - taken, balance.currency), held };
  states.set(stream, walletWith(own(stream) as RecordedEvent<WalletEvent>[], left));
  return states;
}

function stockWith(
  own: readonly StockEvent[],
  level: { readonly onHand: number; readonly reserved: number; readonly currency: string },
): StockState {
  const created: StockEvent = {
    type: 'ProductCreated',
    data: { name: 'product', price: money.zero(level.currency) },
  };
  const alone = listedIn(fold(stock, stock.initialState, [created, ...own]));
  const before: StockEvent[] = [
    created,
    { type: 'StockReceived', data: { quantity: level.onHand - alone.onHand } },
    { type: 'StockReserved', data: { orderId: others, quantity: level.reserved - alone.reserved } },
  ];
  return fold(stock, stock.initialState, [...before, ...own]);
}

const listedIn = (state: StockState) => (state.kind === 'listed' ? state : { onHand: 0, reserved: 0 });

function walletWith(
  own: readonly WalletEvent[],
  level: { readonly balance: money.Money; readonly held: money.Money },
): WalletState {
  const { currency } = level.balance;
  const opened: WalletEvent = { type: 'WalletOpened', data: { currency } };
  const alone = fold(wallet, wallet.initialState, [opened, ...own]);
  const zero = money.zero(currency);
  const { balance, held } = alone.kind === 'open' ? alone : { balance: zero, held: zero };
  const before: WalletEvent[] = [
    opened,
    { type: 'FundsDeposited', data: { amount: money.subtract(level.balance, balance) } },
    { type: 'FundsHeld', data: { orderId: others, amount: money.subtract(level.held, held) } },
  ];
  return fold(wallet, wallet.initialState, [...before, ...own]);
}
