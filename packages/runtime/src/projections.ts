// Projections as their callers see them: reading documents, waiting for a position, status and rebuild.
import type { Awaitable, Document, Position } from '@holdfast/kernel';
import type { Find, Page } from '@holdfast/read-store';
import type { Lag } from './lag.js';
import type { RebuildDiff } from './rebuild-diff.js';

/** Documents at one position of the log: with the effects of all events up to it, and of no later one. */
export type DocumentsAt<D extends Document> = {
  readonly position: Position;
  readonly documents: readonly (D | null)[];
};

/** Reads documents of the generation that is being served; collections by the projection's own names. */
export type ReadModels = {
  get<D extends Document>(collection: string, id: string): Awaitable<D | null>;
  getMany<D extends Document>(collection: string, ids: readonly string[]): Awaitable<readonly (D | null)[]>;
  getAtPosition<D extends Document>(collection: string, ids: readonly string[]): Promise<DocumentsAt<D>>;
  find<D extends Document>(collection: string, find: Find): Awaitable<Page<D>>;
  count(collection: string, find?: Pick<Find, 'index' | 'equals'>): Awaitable<number>;
  /** Resolves true once the read model has all effects up to `position`, false when `timeoutMs` have passed. */
  reached(projection: string, position: Position, timeoutMs: number): Promise<boolean>;
  /** the last position whose effects the read model has */
  position(projection: string): Position;
};

/** `REBUILT`: a held rebuild has caught up, and waits for an operator. */
export type ProjectionState = 'RUNNING' | 'CATCHING_UP' | 'REBUILDING' | 'REBUILT' | 'FAULTED' | 'STOPPED';

export type ProjectionStatus = Lag & {
  readonly name: string;
  readonly version: number;
  readonly position: Position;
  readonly state: ProjectionState;
  /** progress of a rebuild, 0 to 1; null without one */
  readonly progress: number | null;
  /** Whether the present rebuild waits for an operator before it is served. */
  readonly held: boolean;
  readonly lastError: string | null;
};

export type Projections = ReadModels & {
  status(): Awaitable<readonly ProjectionStatus[]>;
  /**
   * Builds the read model anew beside the served one, then swaps the two. With `hold` the swap waits for `switchOver`. When
   * a rebuild is under way already, this one starts no other. @throws UnknownProjection
   */
  rebuild(name: string, actor?: string, hold?: boolean, reason?: string): Promise<ProjectionStatus>;
  /** Serves the held rebuild. @throws UnknownProjection, NothingHeld before it has caught up */
  switchOver(name: string, actor: string, reason: string): Promise<ProjectionStatus>;
  /** Drops the held rebuild, also before it has caught up. @throws UnknownProjection, NothingHeld */
  abandon(name: string, actor: string, reason: string): Promise<ProjectionStatus>;
  /** Compares the served generation with the held rebuild. @throws UnknownProjection, NothingHeld before it has caught up */
  diff(name: string): Promise<RebuildDiff>;
  stop(): Promise<void>;
};
