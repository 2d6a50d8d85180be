// Every page of both sites, for specs that visit them all; and the orders, events and requests that their paths name.
import type { Page } from 'playwright-core';
import { ask, signIn } from './program.js';

/** `text` is there once the page is. */
export type Stop = { readonly path: string; readonly text: string | RegExp };

export type Site = {
  /** the path before those of its router */
  readonly base: string;
  /** Pages before the sign-in; the first is where `email` signs in. */
  readonly doors: readonly Stop[];
  readonly pages: readonly Stop[];
  readonly email: string;
  readonly password: string;
};

const stops = (pages: Readonly<Record<string, string | RegExp>>): readonly Stop[] =>
  Object.entries(pages).map(([path, text]) => ({ path, text }));

export const shop: Site = {
  base: '',
  doors: stops({ '/sign-in': 'E-mail address', '/sign-in?new=1': 'Choose a password' }),
  pages: stops({
    '/': 'Add to basket',
    '/?q=nothing+has+this': 'Nothing has this in its name.',
    '/basket': 'Your basket is empty.',
    '/payment?orderId=ORDER': /^Pay €/,
    '/order?orderId=ORDER': 'What happened',
    '/order?orderId=none': 'There is no such order.',
    '/orders': 'Oak tray',
    '/wallet': 'You can spend',
    '/messages': 'Messages',
    '/profile': 'Who you are',
    '/find': 'Code of the order',
    '/nowhere': 'There is no such page.',
  }),
  email: 'customer@demo.example',
  password: 'demo-customer',
};

export const console: Site = {
  base: '/console',
  doors: stops({ '/console': 'E-mail address' }),
  pages: stops({
    '/console': 'Orders by status',
    '/console/orders': 'OAK-TRAY',
    '/console/orders/ORDER': 'History',
    '/console/orders/ORDER/moments': 'Order and money',
    '/console/orders/ORDER/what-if?change=CANCEL': 'What would have happened',
    '/console/sagas': 'stock-first',
    '/console/sagas/ORDER': 'Steps over time',
    '/console/streams?prefix=order-': 'OrderReserved',
    '/console/streams/order-ORDER': 'OrderPlaced',
    '/console/requests/REQUEST': 'OrderPlaced',
    '/console/search?stream=order-ORDER': 'OrderPlaced',
    '/console/causes/EVENT': 'StockReserved',
    '/console/tail': 'Waiting for events …',
    '/console/parked': 'Nothing is parked.',
    '/console/parked/runs/none': 'There is no such run.',
    '/console/projections': 'No bridge has run.',
    '/console/reconciliation': 'From the log',
    '/console/timers': 'reservation',
    '/console/stock': 'OAK-TRAY',
    '/console/audit': /Audit/,
    '/console/compare': 'Orchestration',
    '/console/warehouse': 'Nothing waits here.',
    '/console/customers?customer=customer@demo.example': 'Whom, and why',
    '/console/api': 'LatestOrders',
    '/console/nowhere': 'There is no such page.',
  }),
  email: 'operator@demo.example',
  password: 'demo-operator',
};

/** Values of the capital words in the paths. */
export type Named = Readonly<Record<'ORDER' | 'EVENT' | 'REQUEST', string>>;

export const pathOf = ({ path }: Stop, named: Named): string =>
  path.replace(/ORDER|EVENT|REQUEST/g, (word) => named[word as keyof Named]);

/** Places an order that waits for its payment. The same order each time. */
export async function placeNamed(url: string): Promise<Named> {
  const customer = await signIn(url, shop.email, shop.password);
  const mutation = `mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) { ... on OrderSuccess { order { id } } } }`;
  const input = {
    idempotencyKey: 'o',
    waitFor: 'RESERVED',
    lines: [{ sku: 'OAK-TRAY', quantity: 2 }],
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  };
  type Placed = { readonly placeOrder: { readonly order: { readonly id: string } } };
  const { order } = (await ask<Placed>(url, mutation, { input }, customer)).placeOrder;
  const operator = await signIn(url, console.email, console.password);
  const query = 'query ($name: String!) { stream(name: $name, first: 1) { nodes { id correlationId } } }';
  type Event = { readonly id: string; readonly correlationId: string };
  type Events = { readonly stream: { readonly nodes: readonly Event[] } };
  const { stream } = await ask<Events>(url, query, { name: `order-${order.id}` }, operator);
  const [first] = stream.nodes;
  return { ORDER: order.id, EVENT: first?.id ?? '', REQUEST: first?.correlationId ?? '' };
}

/** Patterns of the routes that the page's router has, as `/orders/$id`. The router leaves itself there for its own tools. */
export const routesOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate<readonly string[]>('Object.keys(self.__TSR_ROUTER__.routesByPath)');

/** Whether a page of the site is one of the route. */
export function isVisited(route: string, { base, doors, pages }: Site): boolean {
  const pattern = new RegExp(`^${base}${route.replaceAll(/\$\w+/g, '[^/]+').replace(/\/$/, '')}/?$`);
  return [...doors, ...pages].some(({ path }) => pattern.test(path.split('?')[0] ?? ''));
}
