// Invoices over HTTP: as a page or as a PDF, for the order's customer and for staff that see all orders.
import { isIdentifier, OrderId, type Scheduler } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { orderStream } from '@holdfast/ordering';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readsAllOrders } from '../graphql/access.js';
import { codeOf, refusedOperation, type Report } from '../graphql/errors.js';
import { turn } from '../live/turn.js';
import { syncedEvents } from '../operations/log/log.js';
import type { Viewer } from '../people/viewer.js';
import { problemOf } from '../rest/problems.js';
import { sendProblem } from '../rest/send.js';
import { bounded, TimedOut } from '../telemetry/bounded.js';
import { invoiceHtml, pagePolicy } from './invoice-html.js';
import { invoiceOf, type Invoice } from './invoice.js';
import { invoicePdf } from './invoice-pdf.js';

export type InvoiceDoor = {
  readonly store: EventStore;
  readonly scheduler: Scheduler;
  /** name and address of the shop, a line each */
  readonly seller: string;
  authenticate(this: void, authorization: unknown): Promise<Viewer | null>;
  readonly report: Report;
};

/** A path, relative to the address of the GraphQL endpoint. */
export const invoiceUrl = (orderId: string): string => `/orders/${encodeURIComponent(orderId)}/invoice`;

/** Long enough for an invoice of thousands of lines. */
const longestMs = 20_000;

const details = {
  UNAUTHENTICATED: 'sign in first',
  FORBIDDEN: 'this is the invoice of another customer',
  NOT_FOUND: 'no such invoice',
  SERVICE_UNAVAILABLE: 'try again later',
  INTERNAL_SERVER_ERROR: 'something went wrong on our side',
} as const;
type Refusal = keyof typeof details;

const refuse = (reply: FastifyReply, code: Refusal, correlationId: string): FastifyReply =>
  // Clients of older versions read the field `code`.
  sendProblem(reply, problemOf(code, details[code], correlationId, { code }));

/** `GET /orders/<id>/invoice`, `….html` and `….pdf`. Without an ending the header `accept` chooses. */
export function serveInvoices(fastify: FastifyInstance, door: InvoiceDoor): void {
  const serve = async (
    request: { readonly id: string; readonly headers: { readonly authorization?: string | undefined } },
    reply: FastifyReply,
    orderId: string,
    form: 'html' | 'pdf',
  ): Promise<FastifyReply> => {
    try {
      const found = await bounded(door.scheduler, longestMs, () =>
        invoiceFor(door, request.headers.authorization, orderId),
      );
      if (typeof found === 'string') return await refuse(reply, found, request.id);
      return await show(reply, found, door.seller, form);
    } catch (error) {
      if (error instanceof TimedOut) return refuse(reply, 'SERVICE_UNAVAILABLE', request.id);
      const code = codeOf(refusedOperation(error, request.id, door.report));
      const known = code === 'SERVICE_UNAVAILABLE' ? code : 'INTERNAL_SERVER_ERROR';
      return refuse(reply, known, request.id);
    }
  };
  type Named = { readonly Params: { readonly id: string } };
  fastify.get<Named>('/orders/:id/invoice', (request, reply) =>
    serve(request, reply, request.params.id, acceptsPdf(request.headers.accept) ? 'pdf' : 'html'),
  );
  for (const form of ['html', 'pdf'] as const)
    fastify.get<Named>(`/orders/:id/invoice.${form}`, (request, reply) =>
      serve(request, reply, request.params.id, form),
    );
}

const acceptsPdf = (accept = ''): boolean =>
  accept.includes('application/pdf') && !accept.includes('text/html');

/** A customer that asks for another customer's invoice gets FORBIDDEN. The error does not name the owner. */
async function invoiceFor(
  { store, authenticate }: InvoiceDoor,
  authorization: unknown,
  orderId: string,
): Promise<Invoice | Exclude<Refusal, 'SERVICE_UNAVAILABLE' | 'INTERNAL_SERVER_ERROR'>> {
  const viewer = await authenticate(authorization);
  if (viewer === null) return 'UNAUTHENTICATED';
  if (!isIdentifier(orderId)) return 'NOT_FOUND';
  const invoice = invoiceOf(await syncedEvents(store, orderStream(OrderId(orderId))));
  if (invoice === null) return 'NOT_FOUND';
  return invoice.customerId === viewer.id || readsAllOrders(viewer) ? invoice : 'FORBIDDEN';
}

async function show(
  reply: FastifyReply,
  invoice: Invoice,
  seller: string,
  form: 'html' | 'pdf',
): Promise<FastifyReply> {
  void reply.header('content-disposition', `inline; filename="${invoice.number}.${form}"`);
  if (form === 'pdf') return reply.type('application/pdf').send(await invoicePdf(invoice, seller, turn));
  return reply
    .header('content-security-policy', pagePolicy)
    .type('text/html; charset=utf-8')
    .send(invoiceHtml(invoice, seller));
}
