// What the runtime offers to the edges (api, server, bench). Loops over the two ports; no framework, no adapter.
import type {
  AnyAggregate,
  Awaitable,
  Document,
  DomainCommand,
  Position,
  RecordedEvent,
  Rejection,
} from '@holdfast/kernel';
import type { Find, Page } from '@holdfast/read-store';
import type { Lag } from './lag.js';

/** Where a command comes from. All of it ends in the metadata of the events it causes. */
export type CommandContext = {
  /** the same id twice is the same command: derived from (caller, idempotency key), or (process, step) */
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** `customer:<id>`, `staff:<id>`, `process:checkout`, `system` */
  readonly actor: string;
  /** digest of the request; required for the command to be recognised when it is repeated */
  readonly fingerprint?: string;
  /**
   * From a process: a log position that it can't have sent the command before. However late the command is repeated, the
   * stream is searched back to there for what memory has forgotten.
   */
  readonly since?: Position;
};

/** The command id was used before, with another request. */
export type IdempotencyConflict = { readonly code: 'IdempotencyConflict' };

export type CommandOutcome<R extends Rejection = Rejection> =
  | {
      readonly ok: true;
      readonly stream: string;
      /** of the last event that carries this command's effect; -1 when it had none on an empty stream */
      readonly revision: number;
      /** written, not necessarily synced: await `store.synced(position)` before answering anyone outside */
      readonly position: Position;
      /** whether an earlier handling of the same command had this effect */
      readonly repeated: boolean;
    }
  | { readonly ok: false; readonly rejection: R | IdempotencyConflict };

export type Loaded<S> = { readonly state: S; readonly revision: number };

export type CommandHandler = {
  /**
   * Loads, decides, appends; on a conflict reloads and decides again, a bounded number of times.
   * @throws StoreUnavailable, TooManyConflicts
   */
  handle(command: DomainCommand, context: CommandContext): Awaitable<CommandOutcome>;
  /**
   * The write side's own state of a stream, as it is at this moment in the log. `known`: the fold in memory when there is
   * one, and nothing is read; what other processes did counts as soon as the log has brought it here. For facts that a
   * command is built from (a price), or that are asked for at every request.
   */
  load<S>(
    aggregate: AnyAggregate & { readonly initialState: S },
    stream: string,
    as?: 'latest' | 'known',
  ): Awaitable<Loaded<S>>;
};

/** A command handler whose folds in memory go on with the log. */
export type LearningCommandHandler = CommandHandler & {
  /** Takes events of the log, in its order. */
  learn(this: void, events: readonly RecordedEvent[]): void;
};

export type Standing<D extends Document> = {
  readonly position: Position;
  readonly documents: readonly (D | null)[];
};

/** Reads documents of the generation that is being served; collections by the projection's own names. */
export type ReadModels = {
  get<D extends Document>(collection: string, id: string): Awaitable<D | null>;
  getMany<D extends Document>(collection: string, ids: readonly string[]): Awaitable<readonly (D | null)[]>;
  /** Documents with the position that they stand at: all before it is in them, nothing behind it. */
  getStanding<D extends Document>(collection: string, ids: readonly string[]): Promise<Standing<D>>;
  find<D extends Document>(collection: string, find: Find): Awaitable<Page<D>>;
  count(collection: string, find?: Pick<Find, 'index' | 'equals'>): Awaitable<number>;
  /** Resolves true once the read model holds everything up to `position`, false when `timeoutMs` have passed. */
  reached(projection: string, position: Position, timeoutMs: number): Promise<boolean>;
  /** the last position whose effects the read model holds */
  position(projection: string): Position;
};

export type ProjectionState = 'RUNNING' | 'CATCHING_UP' | 'REBUILDING' | 'FAULTED' | 'STOPPED';

export type ProjectionStatus = Lag & {
  readonly name: string;
  readonly version: number;
  readonly position: Position;
  readonly state: ProjectionState;
  /** of a rebuild, 0 to 1 */
  readonly progress: number | null;
  readonly lastError: string | null;
};

export type Projections = ReadModels & {
  status(): Awaitable<readonly ProjectionStatus[]>;
  /** Builds the read model anew beside the one that is served, then swaps. @throws UnknownProjection */
  rebuild(name: string, actor?: string): Promise<ProjectionStatus>;
  stop(): Promise<void>;
};

/** A consumer gave up on an event. Later events of the same document, or process, wait behind it. */
export type ParkedDocument = Document & {
  readonly consumer: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly attempts: number;
  readonly reason: string;
  readonly stack?: string;
  readonly parkedAt: string;
};

export type ParkedSelection = {
  readonly ids?: readonly string[];
  readonly consumer?: string;
  /** why it is retried or discarded; required to discard */
  readonly reason?: string;
  readonly dryRun: boolean;
};

export type ParkedEvents = {
  /** Count of events handled again, or that would be. */
  retry(selection: ParkedSelection, actor: string): Promise<number>;
  discard(selection: ParkedSelection, actor: string): Promise<number>;
};

/** Events of some streams since a position, then live; synced ones only. */
export type Feed = (options: {
  readonly streams: readonly string[] | 'all';
  /** `now`: all that the feed hears of after the first `next` of the iterator; nothing is read then */
  readonly after: Position | 'now';
  readonly signal: AbortSignal;
}) => AsyncIterable<readonly RecordedEvent[]>;
