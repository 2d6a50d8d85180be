// A record on its way to Kafka, and how many go into one request.
import type { Position } from '@holdfast/kernel';

export type KafkaRecord = {
  readonly topic: string;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: ReadonlyMap<Buffer, Buffer>;
};

/** A record of an event of our log. */
export type PositionedRecord = KafkaRecord & { readonly position: Position };

/** A request below the 1 MiB that a broker takes by default. */
const requestBytes = 700_000;
const headerBytes = 600;

/** Consecutive records in groups that each fit into one request. A record that is larger is a group by itself. */
export function groupsOf<R extends KafkaRecord>(records: readonly R[]): readonly (readonly R[])[] {
  const groups: R[][] = [];
  let bytes = Infinity;
  for (const record of records) {
    const size = record.key.length + record.value.length + headerBytes;
    if (bytes + size > requestBytes) {
      groups.push([]);
      bytes = 0;
    }
    bytes += size;
    groups.at(-1)?.push(record);
  }
  return groups;
}
