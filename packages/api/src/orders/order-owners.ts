// The customer of an order, which never changes.
import { OrderId } from '@holdfast/kernel';
import { order, orderStream, type OrderState } from '@holdfast/ordering';
import type { ApiDependencies } from '../dependencies.js';
import { readsAllOrders } from '../graphql/access.js';
import type { Viewer } from '../people/viewer.js';

type Commands = ApiDependencies['commands'];

export async function orderState(commands: Commands, orderId: OrderId): Promise<OrderState> {
  return (await commands.load(order, orderStream(orderId))).state;
}

/** Returns the order's customer id; null for no such order. It uses the state in memory, of any age. */
export async function customerOf(commands: Commands, id: string): Promise<string | null> {
  const known = await commands.load(order, orderStream(OrderId(id)), 'known');
  const state = known.state.status === 'NOT_PLACED' ? await orderState(commands, OrderId(id)) : known.state;
  return state.status === 'NOT_PLACED' ? null : state.placed.customerId;
}

export const mayRead = (viewer: Viewer, customerId: string): boolean =>
  customerId === viewer.id || readsAllOrders(viewer);
