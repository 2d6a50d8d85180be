// A small shop's public events, and the figures of a file.
import {
  createDeserialise,
  createSerialise,
  publicTypes,
  readSchemas,
  schemaUri,
  type IntegrationEvent,
  type PublicEvents,
  type PublicType,
} from '@holdfast/bridge';
import { figuresFile } from '../database/figures-file.js';
import { ask, questionNames, type Answer, type QuestionName } from '../database/questions.js';

const schemas = readSchemas();
export const serialise = createSerialise({ schemas, format: 'avro', registry: null });
export const deserialise = createDeserialise(schemas, null);

export const eur = (minor: number) => ({ minor: BigInt(minor), currency: 'EUR' });

/** The id follows from type and order, so that the same call is the same event. */
export function event<Type extends PublicType>(
  type: Type,
  data: PublicEvents[Type] & { readonly orderId: string },
  { time = '2026-03-01T10:00:00.000Z', id = `${type}-${data.orderId}` } = {},
): IntegrationEvent {
  const { topic, version } = publicTypes[type];
  const { orderId } = data;
  return {
    ...{ id, type, topic, time, data, key: orderId, subject: orderId },
    ...{ dataSchema: schemaUri(type, version), correlationId: orderId, causationId: orderId, position: 0 },
  };
}

export type Sale = {
  readonly orderId: string;
  readonly country?: string;
  readonly lines: readonly (readonly [sku: string, quantity: number, unitMinor: number])[];
  readonly time?: string;
};

/** An order up to its completion. */
export function sale({ orderId, country = 'NL', lines, time = '2026-03-01T10:00:00.000Z' }: Sale) {
  const total = eur(lines.reduce((sum, [, quantity, unit]) => sum + quantity * unit, 0));
  const ordered = {
    ...{ orderId, customerId: 'c', country, total },
    lines: lines.map(([sku, quantity, unit]) => ({ sku, quantity, unitPrice: eur(unit) })),
  };
  const created = {
    ...ordered,
    paymentMethod: 'WALLET',
    paymentMode: 'AUTOMATIC',
    coordination: 'ORCHESTRATION',
  } as const;
  const stock = lines.map(([sku, quantity]) => ({ sku, quantity }));
  const at = { time };
  return [
    event('order.created', created, at),
    event('stock.reduction.success', { orderId, customerId: 'c', stock, total }, at),
    event('payment.completed', { orderId, method: 'WALLET', amount: total, transactionId: 't' }, at),
    event('order.paid', { orderId, total }, at),
    event('order.completed', { ...ordered, invoiceNumber: 'INV-1', createdAt: time }, at),
  ];
}

export const refund = (orderId: string, minor: number, time = '2026-03-02T10:00:00.000Z', refundId = 'r') =>
  event(
    'payment.refunded',
    { orderId, method: 'WALLET', refundId, amount: eur(minor) },
    { time, id: `refund-${orderId}-${refundId}` },
  );

export const rowsOf = async (path: string, name: QuestionName): Promise<Answer['rows']> =>
  (await figuresFile(path).with((connection) => ask(connection, name))).rows;

export async function figuresOf(path: string): Promise<Readonly<Record<string, Answer['rows']>>> {
  return figuresFile(path).with(async (connection) => {
    const figures: Record<string, Answer['rows']> = {};
    for (const name of questionNames) figures[name] = (await ask(connection, name)).rows;
    return figures;
  });
}
