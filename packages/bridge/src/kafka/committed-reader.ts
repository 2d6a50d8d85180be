// Reads a partition as far as its transactions are decided, without the records of aborted ones. The client's own filter
// lets aborted records through when a producer has aborted twice, and fails on a read that begins at an abort marker
// (platformatic/kafka issue 391), so that this reads the fetched batches by the rules of Kafka's Java client.
import {
  Base,
  kGetApi,
  kGetConnection,
  ListOffsetTimestamps,
  FetchIsolationLevels,
  type ClusterTopicMetadata,
  type Connection,
  type fetchV17,
  type KafkaRecord as FetchedRecord,
  type listOffsetsV9,
  type RecordsBatch,
} from '@platformatic/kafka';
import { kafkaCodesOf } from './kafka-errors.js';
import { clientOptions, type KafkaSettings } from './kafka-settings.js';

type FetchRequestTopic = fetchV17.FetchRequestTopic;
type FetchResponse = fetchV17.FetchResponse;
type FetchResponsePartition = fetchV17.FetchResponsePartition;
type ListOffsetsResponse = listOffsetsV9.ListOffsetsResponse;

export type ReadRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: ReadonlyMap<string, string>;
};

/** `next`: the offset to read on from. `end`: the end of what is decided. */
export type ReadPage = {
  readonly records: readonly ReadRecord[];
  readonly next: bigint;
  readonly end: bigint;
};

/** The topic does not exist, or not yet. */
export class UnknownTopic extends Error {
  override readonly name = 'UnknownTopic';
}

/** Records before this offset are not there any more, or the topic was made anew. */
export class OffsetOutOfRange extends Error {
  override readonly name = 'OffsetOutOfRange';
}

const isControl = 1 << 5;
const isTransactional = 1 << 4;
const pageBytes = 4 * 1024 * 1024;

type Api<Request extends readonly unknown[], Response> = (
  connection: Connection,
  ...call: [...Request, (error: Error | null, response: Response) => void]
) => void;

export class CommittedReader extends Base {
  constructor(kafka: KafkaSettings, clientId: string) {
    super(clientOptions(kafka, clientId));
  }

  /** @throws UnknownTopic, and errors of the connection */
  async topic(name: string): Promise<ClusterTopicMetadata> {
    const { topics } = await this.metadata({ topics: [name], forceUpdate: true }).catch(unknownTopic);
    const found = topics.get(name);
    if (found === undefined) throw new UnknownTopic(`Kafka has no topic ${name}`);
    return found;
  }

  /** The first offset of a partition, and the end of what is decided in it. */
  async bounds(topic: string, partition: number): Promise<{ readonly first: bigint; readonly end: bigint }> {
    const [first, end] = await Promise.all([
      this.#offset(topic, partition, ListOffsetTimestamps.EARLIEST),
      this.#offset(topic, partition, ListOffsetTimestamps.LATEST),
    ]);
    return { first, end };
  }

  /** Waits up to `waitMs` for a record at `from` or behind it. @throws OffsetOutOfRange, UnknownTopic */
  async read(topic: string, partition: number, from: bigint, waitMs: number): Promise<ReadPage> {
    const { id } = await this.#known(topic);
    const request: FetchRequestTopic[] = [
      {
        topicId: id,
        partitions: [
          {
            partition,
            fetchOffset: from,
            currentLeaderEpoch: -1,
            lastFetchedEpoch: -1,
            partitionMaxBytes: pageBytes,
          },
        ],
      },
    ];
    const response = await this.#ask<Parameters<typeof fetchArguments>, FetchResponse>(
      topic,
      partition,
      'Fetch',
      fetchArguments(waitMs, request) as never,
    );
    const found = response.responses[0]?.partitions[0];
    return found === undefined ? { records: [], next: from, end: from } : pageOf(topic, found, from);
  }

  async #offset(topic: string, partition: number, timestamp: bigint): Promise<bigint> {
    const request = [
      { name: topic, partitions: [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp }] },
    ];
    const response = await this.#ask<readonly unknown[], ListOffsetsResponse>(
      topic,
      partition,
      'ListOffsets',
      [-1, FetchIsolationLevels.READ_COMMITTED, request],
    );
    return response.topics[0]?.partitions[0]?.offset ?? 0n;
  }

  async #known(topic: string): Promise<ClusterTopicMetadata> {
    const { topics } = await this.metadata({ topics: [topic] });
    const found = topics.get(topic);
    if (found === undefined) throw new UnknownTopic(`Kafka has no topic ${topic}`);
    return found;
  }

  /** Sends a request to the partition's leader. After an error, the client's knowledge of the brokers is dropped. */
  async #ask<Request extends readonly unknown[], Response>(
    topic: string,
    partition: number,
    name: string,
    call: Request,
  ): Promise<Response> {
    const { topics, brokers } = await this.metadata({ topics: [topic] });
    const leader = brokers.get(topics.get(topic)?.partitions[partition]?.leader ?? -1);
    if (leader === undefined) {
      this.clearMetadata();
      throw new UnknownTopic(`Kafka has no leader for partition ${partition} of ${topic}`);
    }
    try {
      return await new Promise<Response>((resolve, reject) => {
        this[kGetConnection](leader, (lost, connection) => {
          if (lost || connection === undefined) {
            reject(lost ?? new Error('no connection'));
            return;
          }
          this[kGetApi]<unknown[], Response>(name, (unsupported, api) => {
            if (unsupported) {
              reject(unsupported);
              return;
            }
            (api as unknown as Api<Request, Response>)(
              connection,
              ...call,
              (error: Error | null, response: Response) => {
                if (error) reject(error);
                else resolve(response);
              },
            );
          });
        });
      });
    } catch (error) {
      this.clearMetadata();
      if (kafkaCodesOf(error).includes('OFFSET_OUT_OF_RANGE'))
        throw new OffsetOutOfRange(`partition ${partition} of ${topic} has no such offset`, { cause: error });
      throw error;
    }
  }
}

/** The client has no class and no code for it. */
function unknownTopic(error: Error): never {
  if (error.message.startsWith('Unknown topic')) throw new UnknownTopic(error.message, { cause: error });
  throw error;
}

const fetchArguments = (waitMs: number, topics: FetchRequestTopic[]) =>
  [waitMs, 1, pageBytes, FetchIsolationLevels.READ_COMMITTED, 0, 0, topics, [], ''] as const;

function pageOf(topic: string, partition: FetchResponsePartition, from: bigint): ReadPage {
  const { partitionIndex, lastStableOffset, records: batches = [] } = partition;
  const records: ReadRecord[] = [];
  let next = from;
  for (const batch of committed(batches, partition.abortedTransactions)) {
    for (const record of batch.isShown ? batch.records : []) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset >= from)
        records.push(readRecord(topic, partitionIndex, offset, batch.firstTimestamp, record));
    }
    const behind = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    if (behind > next) next = behind;
  }
  return { records, next, end: lastStableOffset };
}

/** Batches in log order, each with whether its records count. */
function* committed(
  batches: readonly RecordsBatch[],
  aborted: FetchResponsePartition['abortedTransactions'],
): Generator<RecordsBatch & { readonly isShown: boolean }> {
  const coming = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const open = new Set<bigint>();
  for (const batch of batches) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    for (let next = coming[0]; next !== undefined && next.firstOffset <= last; next = coming[0]) {
      open.add(next.producerId);
      coming.shift();
    }
    const marker = (batch.attributes & isControl) !== 0;
    if (marker && isAbort(batch)) open.delete(batch.producerId);
    const wasAborted = (batch.attributes & isTransactional) !== 0 && open.has(batch.producerId);
    yield { ...batch, isShown: !marker && !wasAborted };
  }
}

/** The key of a marker is its version and its type, each of two bytes; the type 0 is an abort. */
const isAbort = ({ records: [marker] }: RecordsBatch): boolean => marker?.key?.readInt16BE(2) === 0;

const readRecord = (
  topic: string,
  partition: number,
  offset: bigint,
  firstTimestamp: bigint,
  { key, value, headers, timestampDelta }: FetchedRecord,
): ReadRecord => ({
  topic,
  partition,
  offset,
  timestampMs: Number(firstTimestamp + timestampDelta),
  key,
  value,
  headers: new Map(headers.map(([name, text]) => [name?.toString() ?? '', text?.toString() ?? ''])),
});
