// The outcome of an operator's request. The process manager may run in another process, so its decision is read from the
// log.
import { fulfilmentStream } from '@holdfast/fulfilment';
import type { OrderId, RecordedEvent } from '@holdfast/kernel';
import type { CommandOutcome } from '@holdfast/runtime';
import type { ApiDependencies } from '../../dependencies.js';
import type { Closing } from '../../graphql/closing.js';
import { notFound } from '../../graphql/errors.js';
import { feedWithin } from '../../live/feed-within.js';
import { foldedSaga, sagaStreams } from '../../orders/order-documents.js';
import { foldedDocument, freshDocument } from '../../queries/documents.js';
import { syncedEvents } from '../log/log.js';

type Accepted = CommandOutcome & { readonly ok: true };
type Awaiting = { readonly dependencies: ApiDependencies; readonly closing: Pick<Closing, 'signal'> };

/** How long a mutation waits for the decision. */
const decisionMs = 3_000;

/** The saga after the decision about the request, or in its present state when there was none in time. */
export async function decidedSaga(awaiting: Awaiting, orderId: OrderId, outcome: Accepted) {
  const { store, commands } = awaiting.dependencies;
  const decided = await decisionOn(awaiting, orderId, outcome);
  const folded = foldedSaga(commands);
  const position = decided?.position ?? (await store.end()).synced;
  const saga =
    decided === null || decided.stream === fulfilmentStream(orderId)
      ? await foldedDocument(store, folded, orderId, position)
      : await freshDocument(awaiting.dependencies, folded, orderId, position, decided.stream);
  return saga === null ? notFound('saga') : { __typename: 'SagaSuccess', saga, position };
}

/** The decision about a request; null when there is none in time. */
export async function decisionOn(
  { dependencies, closing }: Awaiting,
  orderId: OrderId,
  { stream, revision }: Accepted,
): Promise<RecordedEvent | null> {
  const { commands, store } = dependencies;
  const [request] = await syncedEvents(store, stream, { from: revision, limit: 1 });
  if (request === undefined) return null;
  const streams = [...(await sagaStreams(commands, orderId)), fulfilmentStream(orderId)];
  const following = { streams, after: request.position };
  const waiting = { timeoutMs: decisionMs, closing: closing.signal };
  for await (const events of feedWithin(dependencies, following, waiting))
    for (const event of events) if (event.metadata.causationId === request.id) return event;
  return null;
}

/** Whether a stream has an event of the command already. */
export async function isRepeated(
  { store }: Pick<ApiDependencies, 'store'>,
  stream: string,
  commandId: string,
): Promise<boolean> {
  const earlier = await syncedEvents(store, stream);
  return earlier.some(({ metadata }) => metadata.commandId === commandId);
}
