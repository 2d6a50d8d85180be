// Turns events of the log into integration events: the mapping, the facts that it needs, and the envelope on the wire.
import {
  allocationCategory,
  stockCategory,
  type AllocationEvent,
  type StockEvent,
} from '@holdfast/inventory';
import { streamCategory, streamId, type DomainEvent, type RecordedEvent } from '@holdfast/kernel';
import { orderCategory, type OrderEvent } from '@holdfast/ordering';
import { paymentCategory, type PaymentEvent } from '@holdfast/payments';
import { walletCategory, type WalletEvent } from '@holdfast/wallet';
import { answerCategory } from '../inbound/answer.js';
import type { AnswerEvent } from '../inbound/inbox.events.js';
import type { IntegrationEvent, IntegrationEventsOf, ReadStream } from './integration-event.js';
import { orderFacts, type OrderHistory } from './order-facts.js';
import {
  isWithFacts,
  ofAllocation,
  ofAnswer,
  ofOrder,
  ofOrderWithFacts,
  ofPayment,
  ofStock,
  ofWallet,
  type Told,
} from './public-event-of.js';
import { publication } from './publication.js';
import { publicTypes, schemaUri, type PublicEvent } from './public-events.js';

/** The order's stream does not begin with its placing, so its public events can't be made. */
export class OrderUnknown extends Error {
  override readonly name = 'OrderUnknown';
}

type Recorded<E extends DomainEvent> = RecordedEvent<E>;

/** @throws OrderUnknown */
export const integrationEventsOf: IntegrationEventsOf = async (event, read) => {
  if (!isPublished(event)) return [];
  const published = await publicEventsOf(event, read);
  return published.map((one, index) => wrapped(event, one, index));
};

/** Whether an event of this type and stream gives an integration event. */
const isPublished = ({ type }: RecordedEvent): boolean =>
  Object.hasOwn(publication, type) && 'as' in publication[type as keyof typeof publication];

async function publicEventsOf(event: RecordedEvent, read: ReadStream): Promise<readonly PublicEvent[]> {
  switch (streamCategory(event.stream)) {
    case orderCategory:
      return ofOrderStream(event as DomainEvent as Recorded<OrderEvent>, read);
    case stockCategory:
      return ofStock(event as DomainEvent as Recorded<StockEvent>);
    case allocationCategory:
      return ofAllocation(event as DomainEvent as Recorded<AllocationEvent>);
    case walletCategory:
      return ofWallet(event as DomainEvent as Recorded<WalletEvent>);
    case paymentCategory:
      return ofPayment(event as DomainEvent as Recorded<PaymentEvent>);
    case answerCategory:
      return ofAnswer(event as DomainEvent as Recorded<AnswerEvent>);
    default:
      return [];
  }
}

async function ofOrderStream(
  event: Told<OrderEvent> & { readonly revision: number },
  read: ReadStream,
): Promise<readonly PublicEvent[]> {
  if (!isWithFacts(event)) return ofOrder(event);
  const earlier = (await read(event.stream)).filter(({ revision }) => revision < event.revision);
  const facts = orderFacts(earlier as readonly DomainEvent[] as OrderHistory);
  if (facts === null) throw new OrderUnknown(`${event.stream} does not begin with OrderPlaced`);
  return ofOrderWithFacts(event, facts);
}

/** The first event of several keeps the id of the stored one. */
function wrapped(stored: RecordedEvent, { type, data }: PublicEvent, index: number): IntegrationEvent {
  const { metadata, position } = stored;
  const { topic, version } = publicTypes[type];
  // Stock that came in or was counted concerns no order.
  const subject = subjectOf(data) ?? streamId(stored.stream);
  return {
    id: index === 0 ? stored.id : `${stored.id}.${index}`,
    type,
    topic,
    key: subject,
    subject,
    time: metadata.at,
    data,
    dataSchema: schemaUri(type, version),
    correlationId: metadata.correlationId,
    causationId: metadata.causationId,
    position,
  };
}

/** The order's id, and for the answer to a command that made none the command's id at its sender. */
function subjectOf(data: PublicEvent['data']): string | null {
  const orderId = 'orderId' in data ? data.orderId : null;
  return orderId ?? ('commandId' in data ? data.commandId : null);
}
