// Labels over HTTP, as PDFs, for the staff that pack and ship.
import type { EventStore } from '@holdfast/event-store';
import { isIdentifier, OrderId, type RecordedEvent, type Scheduler } from '@holdfast/kernel';
import { shipmentStream, type ShipmentEvent } from '@holdfast/shipping';
import type { FastifyInstance } from 'fastify';
import { mayUse } from '../graphql/access.js';
import { syncedEvents } from '../operations/log/log.js';
import type { Viewer } from '../people/people.js';
import { bounded } from '../telemetry/bounded.js';
import { labelPdf } from './label-pdf.js';

export type LabelDoor = {
  readonly store: EventStore;
  readonly scheduler: Scheduler;
  authenticate(this: void, authorization: unknown): Promise<Viewer | null>;
};

/** Relative to the GraphQL endpoint. */
export const labelPath = (orderId: string): string => `/orders/${encodeURIComponent(orderId)}/label.pdf`;

const longestMs = 10_000;

type Problem = 401 | 403 | 404;
const titles: Readonly<Record<Problem, string>> = {
  401: 'Sign in first',
  403: 'Labels are for the warehouse',
  404: 'There is no such label',
};

/** `GET /orders/<id>/label.pdf`. */
export function serveLabels(fastify: FastifyInstance, door: LabelDoor): void {
  fastify.get<{ readonly Params: { readonly id: string } }>(
    '/orders/:id/label.pdf',
    async (request, reply) => {
      const found = await bounded(door.scheduler, longestMs, () =>
        labelFor(door, request.headers.authorization, request.params.id),
      ).catch(() => 503 as const);
      if (Buffer.isBuffer(found)) return reply.type('application/pdf').send(found);
      const title = found === 503 ? 'Try again later' : titles[found];
      return reply
        .code(found)
        .type('application/problem+json')
        .send(Buffer.from(JSON.stringify({ type: 'about:blank', status: found, title })));
    },
  );
}

async function labelFor(
  { store, authenticate }: LabelDoor,
  authorization: unknown,
  orderId: string,
): Promise<Buffer | Problem> {
  const viewer = await authenticate(authorization);
  if (viewer === null) return 401;
  if (!mayUse(viewer, 'Mutation.shipOrder')) return 403;
  if (!isIdentifier(orderId)) return 404;
  const events = (await syncedEvents(
    store,
    shipmentStream(OrderId(orderId)),
  )) as readonly RecordedEvent<ShipmentEvent>[];
  const packed = events.find(({ type }) => type === 'ShipmentPacked') as
    RecordedEvent<Extract<ShipmentEvent, { type: 'ShipmentPacked' }>> | undefined;
  const labelled = events.find(({ type }) => type === 'LabelGenerated') as
    RecordedEvent<Extract<ShipmentEvent, { type: 'LabelGenerated' }>> | undefined;
  if (packed === undefined || labelled === undefined) return 404;
  const { shippingAddress } = packed.data;
  return labelPdf({ ...labelled.data, orderId, shippingAddress }, labelled.metadata.at);
}
