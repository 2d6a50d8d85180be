// Reads the client's errors, which nest: an error of one request may hold one for each partition.
import { GenericError, MultipleErrors } from '@platformatic/kafka';

/** The broker will never take the record, however often it is sent: it is too large, or refused by the topic. */
export class RecordRefused extends Error {
  override readonly name = 'RecordRefused';
}

/** The work was stopped before it was done. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Kafka's names of all errors within one, for example `PRODUCER_FENCED`. */
export function kafkaCodesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = error instanceof GenericError && typeof error['apiId'] === 'string' ? [error['apiId']] : [];
  const parts: readonly unknown[] =
    error instanceof MultipleErrors || error instanceof AggregateError ? error.errors : [];
  return [...own, ...[...parts, error.cause].flatMap(kafkaCodesOf)];
}

const refusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
  'INVALID_TIMESTAMP',
]);

export const isRefusal = (error: unknown): boolean => kafkaCodesOf(error).some((code) => refusals.has(code));
