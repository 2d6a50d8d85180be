// The port to the topics: the part of Kafka that a consumer needs.

export type TopicRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
};

/** `topic/partition` → the offset of the next record */
export type Offsets = ReadonlyMap<string, bigint>;
export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** `next`: of each partition that the records are from. `isCaughtUp`: nothing more was there. */
export type TopicBatch = {
  readonly records: readonly TopicRecord[];
  readonly next: Offsets;
  readonly isCaughtUp: boolean;
};

export type Topics = {
  /**
   * Batches from these offsets on, a partition without one from its beginning; in the order of each partition. Waits for more
   * until `signal` ends it. A topic that is not there yet is empty.
   */
  read(this: void, from: Offsets, signal: AbortSignal): AsyncIterable<TopicBatch>;
};
