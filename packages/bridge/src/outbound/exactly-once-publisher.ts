// Exactly once into Kafka: the records of a batch and the position that they reach are one transaction. The position is a
// record of a compacted topic. The transactional id never changes, so that a new bridge ends what an old one has begun, and
// the old one can publish nothing more (ADR 0034).
import { beforeAll, type Position } from '@holdfast/kernel';
import { LeaseLost } from '@holdfast/read-store';
import type { CommittedReader, ReadRecord } from '../kafka/committed-reader.js';
import {
  messagesOf,
  superviseProducer,
  type BytesProducer,
  type SupervisionOptions,
} from '../kafka/supervised-producer.js';
import { groupsOf, type KafkaRecord, type PositionedRecord } from '../kafka/records.js';
import { oneByOne, type Batch, type Publisher, type Reached } from './publisher.js';

export type ExactlyOnceOptions = SupervisionOptions & {
  readonly transactionalId: string;
  readonly reader: CommittedReader;
  readonly checkpointTopic: string;
  /** key of the checkpoint in its topic */
  readonly name: string;
  /** Called before this bridge takes the transactional id back from another one. @throws LeaseLost */
  mustHoldLease(this: void): Promise<void>;
  readonly first: FirstCommit;
};

/** Kept outside Kafka: whether a bridge of this name has ever committed a checkpoint. */
export type FirstCommit = {
  isDone(this: void): Promise<boolean>;
  /** @throws LeaseLost */
  done(this: void, position: Position): Promise<void>;
};

/** Kafka had a checkpoint of this bridge, and has none any more: its topic was truncated, or made anew. */
export class CheckpointLost extends Error {
  override readonly name = 'CheckpointLost';
}

export function exactlyOncePublisher(options: ExactlyOnceOptions): Publisher {
  const supervised = superviseProducer(options);
  const inTurn = oneByOne();
  /** the producer that has taken the transactional id, and the event that Kafka had reached then or has since */
  let ready: BytesProducer | null = null;
  let reached: Reached | null = null;
  let isFirstDone = false;

  const committed = async (position: Position): Promise<void> => {
    if (!isFirstDone) await options.first.done(position);
    isFirstDone = true;
  };

  /** Ends the open transactions of earlier producers, then reads what they have reached. */
  const takeOver = async (producer: BytesProducer): Promise<void> => {
    if (ready === producer) return;
    await options.mustHoldLease();
    const transaction = await producer.beginTransaction();
    await transaction.cancel();
    reached = await storedPosition(options);
    if (reached !== null) await committed(reached.position);
    else if (await options.first.isDone()) throw checkpointLost(options);
    ready = producer;
  };

  const publish = async (producer: BytesProducer, batch: Batch): Promise<void> => {
    await takeOver(producer);
    const { records } = batch;
    // The commit of an earlier try may have succeeded although its answer was lost.
    const missing =
      batch.reached === null
        ? records
        : records.filter(({ position }) => position > (reached?.position ?? beforeAll));
    if (missing.length === 0) return;
    const transaction = await producer.beginTransaction();
    // The checkpoint goes with the last request: a request of its own costs two more round trips.
    const checkpoint = batch.reached === null ? [] : [checkpointRecord(options, batch.reached)];
    for (const group of groupsOf<KafkaRecord>([...missing, ...checkpoint]))
      await transaction.send({ messages: messagesOf(group) });
    await transaction.commit();
    if (batch.reached === null) return;
    reached = batch.reached;
    await committed(reached.position);
  };

  const untilDone = <T>(work: (producer: BytesProducer) => Promise<T>): Promise<T> =>
    supervised.untilDone(work, (error) => error instanceof LeaseLost || error instanceof CheckpointLost);

  return {
    begin: () =>
      inTurn(() =>
        untilDone(async (producer) => {
          await takeOver(producer);
          return reached;
        }),
      ),
    publish: (batch) => inTurn(() => untilDone((producer) => publish(producer, batch))),
    close: () => supervised.close(),
  };
}

const checkpointLost = ({ name, checkpointTopic }: ExactlyOnceOptions): CheckpointLost =>
  new CheckpointLost(
    `Kafka has lost the checkpoint of ${name}: the topic ${checkpointTopic} was truncated or made anew. ` +
      'With another KAFKA_BRIDGE_NAME the bridge continues from its checkpoint in the read store; the last events may be there twice',
  );

const checkpointRecord = (
  { checkpointTopic, name }: ExactlyOnceOptions,
  reached: Reached,
): PositionedRecord => {
  return {
    topic: checkpointTopic,
    key: Buffer.from(name),
    value: Buffer.from(JSON.stringify(reached)),
    headers: new Map(),
    position: reached.position,
  };
};

/** Reads the topic from its end in growing steps, because it may be long until it is compacted. */
async function storedPosition({
  reader,
  checkpointTopic,
  name,
}: ExactlyOnceOptions): Promise<Reached | null> {
  const { first, end } = await reader.bounds(checkpointTopic, 0);
  for (let step = 1_000n; ; step *= 8n) {
    const from = end - step > first ? end - step : first;
    let found: ReadRecord | undefined;
    for (let at = from; at < end;) {
      const { records, next } = await reader.read(checkpointTopic, 0, at, 100);
      found = records.findLast(({ key, value }) => key?.toString() === name && value !== null) ?? found;
      if (next === at) break;
      at = next;
    }
    if (found !== undefined) return JSON.parse(String(found.value)) as Reached;
    if (from === first) return null;
  }
}
