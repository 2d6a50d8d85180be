// Reads the client's errors, which nest: an error of one request may hold one for each partition.
import { GenericError, MultipleErrors } from '@platformatic/kafka';

/** The broker will never accept the record: it is too large, or the topic refuses it. Trying again is useless. */
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

/** No broker accepts the connection. `fault` names the cause for an operator. */
export class ConnectionRefused extends Error {
  override readonly name = 'ConnectionRefused';
  constructor(
    message: string,
    readonly fault: 'certificate' | 'password' | 'connection',
    options: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}

/** The texts of an error and of all errors within it. */
function textsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  const parts: readonly unknown[] =
    error instanceof MultipleErrors || error instanceof AggregateError ? error.errors : [];
  const code = 'code' in error ? String(error.code) : '';
  const within = [...parts, ...(error.cause === undefined ? [] : [error.cause])];
  return [`${code} ${error.message}`, ...within.flatMap(textsOf)];
}

const untrusted = /certificate|SELF_SIGNED|UNABLE_TO_|ALTNAME|ERR_TLS_CERT/i;

/** Whether a connection failed because the certificate of the other side is not trusted. */
export const isUntrusted = (error: unknown): boolean => untrusted.test(textsOf(error).join(' '));

const faults = [
  ['certificate', untrusted, 'its certificate is not trusted: KAFKA_TLS, NODE_EXTRA_CA_CERTS'],
  ['password', /SASL_/, 'it refuses name and password: KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD'],
  [
    'connection',
    /Cannot connect|connect(ion)? (failed|closed|timeout|timed out)|Connection|ECONN|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|socket|PLT_KFK_NETWORK|PLT_KFK_TIMEOUT|EPROTO|wrong version/i,
    'it is away, or KAFKA_TLS or KAFKA_SASL_MECHANISM is not as it asks for',
  ],
] as const;

/** Returns ConnectionRefused with the cause when the connection is at fault, otherwise the same error. */
export function refusedBy(brokers: readonly string[], error: unknown): unknown {
  const codes = kafkaCodesOf(error);
  // A broker that returns any other code has accepted the connection.
  const isLetIn = codes.length > 0 && !codes.some((code) => code.startsWith('SASL_'));
  const text = [...codes, ...textsOf(error)].join(' ');
  const found = isLetIn ? undefined : faults.find(([, pattern]) => pattern.test(text));
  if (found === undefined || error instanceof ConnectionRefused) return error;
  const [fault, , why] = found;
  return new ConnectionRefused(`Kafka at ${brokers.join(', ')}: ${why}`, fault, { cause: error });
}
