// Requests of customers to send goods back. Units that were asked for are open until they come back or staff decline them.
import { accepted, rejected, type Result, type Sku } from '@holdfast/kernel';
import { faultyLine, unitsBySku, unitsOf } from './order-lines.js';
import type { DeclineReturn, RequestReturn } from './order.commands.js';
import type { OrderPlaced, ReturnDeclined, ReturnRequested, Units } from './order.events.js';

/** `open`: units that have neither come back nor been declined; every SKU once. */
export type ReturnRequest = {
  readonly requestId: string;
  readonly open: readonly Units[];
  readonly isDeclined: boolean;
};

type ShippedOrder = {
  readonly placed: OrderPlaced['data'];
  readonly givenBack: {
    readonly requests: readonly ReturnRequest[];
    /** units that came back, by SKU */
    readonly returned: ReadonlyMap<Sku, number>;
  };
};

export type ReturnRequestRejection =
  /** `line` counts from 0 */
  | { readonly code: 'InvalidQuantity'; readonly line: number }
  /** `left`: units that were shipped, have not come back and are in no open request */
  | { readonly code: 'ReturnRequestExceedsLeft'; readonly sku: Sku; readonly left: number }
  | { readonly code: 'ReturnRequestNotFound' }
  /** all its units have come back */
  | { readonly code: 'ReturnRequestFulfilled' };

/** Asks for at most the shipped units that have not come back and are in no open request. */
export function requestReturn(
  { data: { requestId, lines, reason } }: RequestReturn,
  { placed, givenBack: { requests, returned } }: ShippedOrder,
): Result<readonly ReturnRequested[], ReturnRequestRejection> {
  if (requests.some((request) => request.requestId === requestId)) return accepted([]);
  const faulty = faultyLine(lines);
  if (faulty !== null) return rejected({ code: 'InvalidQuantity', line: faulty });
  const stock = unitsBySku(lines);
  const open = requests.flatMap((request) => request.open);
  for (const { sku, quantity } of stock) {
    const left = unitsOf(placed.lines, sku) - (returned.get(sku) ?? 0) - unitsOf(open, sku);
    if (quantity > left) return rejected({ code: 'ReturnRequestExceedsLeft', sku, left });
  }
  return accepted([{ type: 'ReturnRequested', data: { requestId, stock, reason } }]);
}

export function declineReturn(
  { data: { requestId, reason } }: DeclineReturn,
  requests: readonly ReturnRequest[],
): Result<readonly ReturnDeclined[], ReturnRequestRejection> {
  const request = requests.find((one) => one.requestId === requestId);
  if (request === undefined) return rejected({ code: 'ReturnRequestNotFound' });
  if (request.isDeclined) return accepted([]);
  return request.open.length === 0
    ? rejected({ code: 'ReturnRequestFulfilled' })
    : accepted([{ type: 'ReturnDeclined', data: { requestId, reason } }]);
}

// Evolving

export const withDeclined = (
  requests: readonly ReturnRequest[],
  requestId: string,
): readonly ReturnRequest[] =>
  requests.map((request) =>
    request.requestId === requestId ? { ...request, open: [], isDeclined: true } : request,
  );

/** The requests after units came back. These count for the oldest open request of their SKU first. */
export function withUnitsBack<Request extends { readonly open: readonly Units[] }>(
  requests: readonly Request[],
  stock: readonly Units[],
): readonly Request[] {
  const back = new Map(stock.map(({ sku, quantity }) => [sku, quantity]));
  return requests.map((request) => {
    const open: Units[] = [];
    for (const { sku, quantity } of request.open) {
      const taken = Math.min(quantity, back.get(sku) ?? 0);
      back.set(sku, (back.get(sku) ?? 0) - taken);
      if (taken < quantity) open.push({ sku, quantity: quantity - taken });
    }
    return { ...request, open };
  });
}
