// The configuration of a persistent subscription.
import type { EventFilter } from '../filters/event-filter.js';

export type GroupSettings = {
  readonly resolveLinks: boolean;
  readonly extraStatistics: boolean;
  readonly maxRetryCount: number;
  readonly minCheckpointCount: number;
  readonly maxCheckpointCount: number;
  /** 0 is no limit */
  readonly maxSubscriberCount: number;
  readonly liveBufferSize: number;
  readonly readBatchSize: number;
  readonly historyBufferSize: number;
  readonly messageTimeoutMs: number;
  readonly checkpointAfterMs: number;
  readonly strategy: string;
};

export type GroupConfig = {
  /** a stream's name, or `$all` */
  readonly source: string;
  readonly group: string;
  /** the start that the client requested: a revision or position; -1 is the end */
  readonly startFrom: number;
  /** revision or position of the last event before the group's first one */
  readonly after: number;
  readonly filter: EventFilter;
  readonly settings: GroupSettings;
};
