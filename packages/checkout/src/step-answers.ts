// The step of an event: the events that report success, refusal or progress of a step, by the table of steps.
import {
  assertNever,
  invariant,
  Sku,
  streamId,
  type DomainEvent,
  type RecordedEvent,
} from '@holdfast/kernel';
import { depositPaidBy, paymentOfStream } from '@holdfast/payments';
import { kinds, rowOfKind, type StepKind } from './checkout-steps.js';
import type { Step } from './checkout.events.js';
import { stepOf } from './step-names.js';

const answers = new Map<string, StepKind>(
  kinds.flatMap((kind) => {
    const { successes, refusals, news } = rowOfKind(kind);
    return [...successes, ...refusals, ...news].map((type) => [type, kind] as const);
  }),
);

/** Whether an event is the answer of a step. */
export const isAnswer = ({ type }: DomainEvent): boolean => answers.has(type);

const kindAnswered = ({ type }: DomainEvent): StepKind => {
  const kind = answers.get(type);
  invariant(kind !== undefined, `${type} answers no step`);
  return kind;
};

/** The SKU that an answer is about: in the data where one stream has all SKUs of an order, else in the stream's name. */
export const skuAnswered = ({ stream, data }: RecordedEvent): Sku =>
  Sku((data as { readonly sku?: string }).sku ?? streamId(stream));

/** The step of an answer. */
export function stepAnswered(event: RecordedEvent): Step {
  const kind = kindAnswered(event);
  const { per } = rowOfKind(kind);
  switch (per) {
    case 'order':
      return stepOf(kind);
    case 'sku':
      return stepOf(kind, skuAnswered(event));
    case 'attempt':
      return stepOf(kind, paymentOfStream(event.stream).attempt);
    default:
      return assertNever(per);
  }
}

/** The order of an answer, read from its stream or its data. Null for the payment of a deposit. */
export function orderAnswered(event: RecordedEvent): string | null {
  const { to } = rowOfKind(kindAnswered(event));
  switch (to) {
    case 'order':
      return streamId(event.stream);
    case 'payment': {
      const payment = paymentOfStream(event.stream);
      return depositPaidBy(payment) === null ? payment.orderId : null;
    }
    case 'stock':
    case 'wallet':
    case 'invoices':
      return (event.data as { readonly orderId: string }).orderId;
    default:
      return assertNever(to);
  }
}
