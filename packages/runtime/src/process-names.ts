// The names of the checkpoint, the live processes and the parked events of a process manager, or of one partition of it.
import { partitionOf } from './partitions.js';

/** Partition `index` of `of`, by the hash of the process' id. */
export type ProcessPartition = { readonly index: number; readonly of: number };

/** Name of the checkpoint of a process' inputs, or of those of one partition. */
export const processCheckpoint = (name: string, partition?: ProcessPartition): string =>
  `process:${partitionName(name, partition)}`;

/** Name under which a process manager parks events and reports its lag. */
export const processConsumer = (name: string): string => `process-${name}`;

const partitionName = (name: string, partition?: ProcessPartition): string =>
  partition === undefined ? name : `${name}-${partition.index}-of-${partition.of}`;

/** Name of the collection of live processes, or of those of one partition. */
export const liveCollection = (name: string, partition?: ProcessPartition): string =>
  `live-${partitionName(name, partition)}`;

/** Returns a function that says whether a process belongs to the partition. */
export const belongsTo =
  (partition: ProcessPartition | undefined) =>
  (id: string): boolean =>
    partition === undefined || partitionOf(id, partition.of) === partition.index;
