// A producer that outlives its errors. After an error the producer is closed and another one is made: its numbering of
// records, its connections and its knowledge of the brokers begin anew.
import type { Environment } from '@holdfast/kernel';
import { backoffMs, delay } from '@holdfast/runtime';
import { Producer, type BaseOptions } from '@platformatic/kafka';
import { isRefusal, RecordRefused, refusedBy, Stopped } from './kafka-errors.js';
import { clientOptions, requestMs, retryMs, type KafkaSettings } from './kafka-settings.js';
import { partitionNumberOf } from './partitioner.js';
import type { KafkaRecord } from './records.js';

export type BytesProducer = Producer;

export type SupervisionOptions = {
  readonly kafka: KafkaSettings;
  readonly clientId: string;
  /** null: a producer without transactions */
  readonly transactionalId: string | null;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Called when a request failed that will be tried again. */
  onError(this: void, error: unknown): void;
};

export type SupervisedProducer = {
  /**
   * Tries `work` until it succeeds, each time after an error with a new producer.
   * @throws Stopped, RecordRefused, and the errors that `isFinal` names
   */
  untilDone<T>(
    work: (producer: BytesProducer) => Promise<T>,
    isFinal?: (error: unknown) => boolean,
  ): Promise<T>;
  close(): Promise<void>;
};

const backoff = { baseMs: 100, limitMs: 5_000 };
/** Without this limit, a client may wait without end for a reply on a lost connection. */
const patienceMs = 4 * requestMs;
const closingMs = 2_000;

export function superviseProducer(options: SupervisionOptions): SupervisedProducer {
  const { environment, signal, onError } = options;
  let producer: BytesProducer | null = null;

  const discard = async (): Promise<void> => {
    const old = producer;
    if (old === null) return;
    producer = null;
    // The next producer does not depend on the result of closing a broken one.
    const closed = closeOf(old).catch(() => undefined);
    await Promise.race([closed, delay(environment, closingMs, signal)]);
  };

  return {
    async untilDone(work, isFinal = () => false) {
      for (let failures = 1; ; failures += 1) {
        if (signal.aborted) throw new Stopped('the bridge was stopped');
        try {
          producer ??= newProducer(options);
          return await inTime(environment, signal, work(producer));
        } catch (error) {
          await discard();
          if (error instanceof Stopped || isFinal(error)) throw error;
          if (isRefusal(error)) throw new RecordRefused('the broker refuses the record', { cause: error });
          onError(refusedBy(options.kafka.brokers, error));
          await delay(environment, backoffMs(backoff, failures, environment.random), signal);
        }
      }
    },
    close: discard,
  };
}

/** The client's own type says that it returns nothing when it is told to hurry. */
const closeOf = (producer: BytesProducer): Promise<void> =>
  new Promise((resolve, reject) => {
    producer.close(true, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });

/**
 * The broker refuses the first request of a transaction for as long as it writes the end of the one before, a few milliseconds.
 * Kafka's Java client waits 20 ms then. The delay of all other requests would be most of the time of a transaction.
 */
const whileEnding: Pick<BaseOptions, 'retries' | 'retryDelay'> = {
  retries: 8,
  retryDelay: (_, operation, attempt) =>
    operation === 'addPartitionsToTransaction' ? Math.min(100, 2 ** attempt) : retryMs,
};

function newProducer({ kafka, clientId, transactionalId }: SupervisionOptions): BytesProducer {
  return new Producer({
    ...clientOptions(kafka, clientId),
    idempotent: true,
    // -1 lets the broker choose the id; the client's default would request the id 0.
    producerId: -1n,
    producerEpoch: -1,
    partitioner: (_, key) => (key === undefined ? 0 : partitionNumberOf(key)),
    ...(transactionalId !== null && { transactionalId, ...whileEnding }),
  });
}

async function inTime<T>(environment: Environment, signal: AbortSignal, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const expired = delay(environment, patienceMs, AbortSignal.any([signal, over.signal])).then(() => {
    if (over.signal.aborted) return new Promise<never>(() => undefined);
    throw signal.aborted ? new Stopped('the bridge was stopped') : new Error('Kafka did not answer in time');
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    over.abort();
    // The client's reply may still come; it is ignored.
    work.catch(() => undefined);
  }
}

export const messagesOf = (records: readonly KafkaRecord[]) =>
  records.map(({ topic, key, value, headers }) => ({
    topic,
    key,
    value,
    headers: headers as Map<Buffer, Buffer>,
  }));
