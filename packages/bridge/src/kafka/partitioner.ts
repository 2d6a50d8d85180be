// The partition of a record: murmur2 of its key, as Kafka's own clients do it, so that topics of other programs with the same
// keys and as many partitions fit together. Source: org.apache.kafka.common.utils.Utils.murmur2.

const seed = 0x9747b28c;
const m = 0x5bd1e995;

export function murmur2(key: Uint8Array): number {
  const { length } = key;
  const at = (index: number): number => key[index] ?? 0;
  const whole = length - (length % 4);
  let h = seed ^ length;
  for (let i = 0; i < whole; i += 4) {
    let k = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length % 4;
  if (rest === 3) h ^= at(whole + 2) << 16;
  if (rest >= 2) h ^= at(whole + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ at(whole), m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

/** A number that the client takes modulo the number of partitions. */
export const partitionNumberOf = (key: Uint8Array): number => murmur2(key) & 0x7fffffff;
