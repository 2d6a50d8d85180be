// The port between the loop over the log and Kafka, and its first implementation: at least once.
import type { Position } from '@holdfast/kernel';
import { superviseProducer, messagesOf, type SupervisionOptions } from '../kafka/supervised-producer.js';
import { groupsOf, type PositionedRecord } from '../kafka/records.js';

/** A stored event. Its id shows that a position is of this log. */
export type Reached = { readonly position: Position; readonly eventId: string };

export type Batch = {
  readonly records: readonly PositionedRecord[];
  /**
   * The last event of the log that is published with this batch. Null: the batch is beside the log's order (a retry, a
   * replay) and moves no checkpoint.
   */
  readonly reached: Reached | null;
};

export type Publisher = {
  /** The event after which to go on; null when this publisher has stored none. @throws Stopped, LeaseLost, CheckpointLost */
  begin(): Promise<Reached | null>;
  /**
   * Resolves when Kafka has acknowledged every record; it tries until then. Batches are published one after the other.
   * @throws Stopped, LeaseLost, CheckpointLost, RecordRefused: then some records of the batch may have been published
   */
  publish(batch: Batch): Promise<void>;
  close(): Promise<void>;
};

/**
 * Each record is acknowledged by all replicas in sync before the next group is sent, so that one key's records keep their
 * order. After an error a group is sent again, and the records in it may be there twice.
 */
export function atLeastOncePublisher(options: Omit<SupervisionOptions, 'transactionalId'>): Publisher {
  const producer = superviseProducer({ ...options, transactionalId: null });
  const inTurn = oneByOne();
  return {
    begin: () => Promise.resolve(null),
    publish: ({ records }) =>
      inTurn(async () => {
        for (const group of groupsOf(records))
          await producer.untilDone((one) => one.send({ messages: messagesOf(group) }));
      }),
    close: () => producer.close(),
  };
}

/** Returns a function that runs its calls one after the other, in their order. */
export function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
}
