// The partition of an id. It never changes: checkpoints are kept per partition.

/** FNV-1a: the partition of an id, out of `of` partitions. It never changes. */
export function partitionOf(id: string, of: number): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < id.length; n++) hash = Math.imul(hash ^ id.charCodeAt(n), 0x01000193);
  return (hash >>> 0) % of;
}
