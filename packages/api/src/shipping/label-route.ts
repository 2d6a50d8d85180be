// Labels over HTTP, as PDFs, for the staff that pack and ship.
import type { EventStore } from '@holdfast/event-store';
import { isIdentifier, OrderId, type RecordedEvent, type Scheduler } from '@holdfast/kernel';
import { shipmentStream, type ShipmentEvent } from '@holdfast/shipping';
import type { FastifyInstance } from 'fastify';
import { mayUse } from '../graphql/access.js';
import { syncedEvents } from '../operations/log/log.js';
import type { Viewer } from '../people/viewer.js';
import { problemOf } from '../rest/problems.js';
import { sendProblem } from '../rest/send.js';
import { bounded } from '../telemetry/bounded.js';
import { labelPdf } from './label-pdf.js';

export type LabelDoor = {
  readonly store: EventStore;
  readonly scheduler: Scheduler;
  authenticate(this: void, authorization: unknown): Promise<Viewer | null>;
};

/** The path of a label, relative to the GraphQL endpoint. */
export const labelPath = (orderId: string): string => `/orders/${encodeURIComponent(orderId)}/label.pdf`;

const longestMs = 10_000;

const details = {
  UNAUTHENTICATED: 'sign in first',
  FORBIDDEN: 'labels are for the warehouse',
  NOT_FOUND: 'no such label',
  SERVICE_UNAVAILABLE: 'try again later',
} as const;
type Refusal = keyof typeof details;

/** `GET /orders/<id>/label.pdf`. */
export function serveLabels(fastify: FastifyInstance, door: LabelDoor): void {
  fastify.get<{ readonly Params: { readonly id: string } }>(
    '/orders/:id/label.pdf',
    async (request, reply) => {
      const found = await bounded(door.scheduler, longestMs, () =>
        labelFor(door, request.headers.authorization, request.params.id),
      ).catch((): Refusal => 'SERVICE_UNAVAILABLE');
      if (Buffer.isBuffer(found)) return reply.type('application/pdf').send(found);
      return sendProblem(reply, problemOf(found, details[found], request.id));
    },
  );
}

async function labelFor(
  { store, authenticate }: LabelDoor,
  authorization: unknown,
  orderId: string,
): Promise<Buffer | Refusal> {
  const viewer = await authenticate(authorization);
  if (viewer === null) return 'UNAUTHENTICATED';
  if (!mayUse(viewer, 'Mutation.shipOrder')) return 'FORBIDDEN';
  if (!isIdentifier(orderId)) return 'NOT_FOUND';
  const events = (await syncedEvents(
    store,
    shipmentStream(OrderId(orderId)),
  )) as readonly RecordedEvent<ShipmentEvent>[];
  const packed = events.find(({ type }) => type === 'ShipmentPacked') as
    RecordedEvent<Extract<ShipmentEvent, { type: 'ShipmentPacked' }>> | undefined;
  const labelled = events.find(({ type }) => type === 'LabelGenerated') as
    RecordedEvent<Extract<ShipmentEvent, { type: 'LabelGenerated' }>> | undefined;
  if (packed === undefined || labelled === undefined) return 'NOT_FOUND';
  const { shippingAddress } = packed.data;
  return labelPdf({ ...labelled.data, orderId, shippingAddress }, labelled.metadata.at);
}
