// The fold of a stream: the state after its events, and the commands whose repetition is recognised. A fold is never
// ahead of its stream. Decisions are made on a draft; the fold adopts the draft once its events are appended.
import type {
  AnyAggregate,
  Awaitable,
  Environment,
  Json,
  NewEvent,
  Position,
  RecordedEvent,
} from '@holdfast/kernel';
import { entriesOfPart } from '@holdfast/kernel';
import type { Appended, EventStore } from '@holdfast/event-store';
import { andThen } from './awaitable.js';
import { isForeign } from './own-events.js';
import { RecentCommands, type RememberedSlice } from './recent-commands.js';
import type { Snapshots } from './snapshots.js';
import { pageOfEvents, readStreamPages } from './stream-pages.js';
import { takingTurns, type Turn } from './turns.js';

export type Fold = {
  readonly stream: string;
  readonly aggregate: AnyAggregate;
  state: unknown;
  revision: number;
  position: Position;
  /** revision of the last snapshot; -1 without one */
  snapshotRevision: number;
  /** number of parts of the last snapshot */
  snapshotParts: number;
  readonly recent: RecentCommands;
};

type DraftCommand = { readonly fingerprint: string; readonly revision: number };

/** A fold with decisions on top of it that are not appended yet. */
export type Draft = {
  state: unknown;
  revision: number;
  readonly events: NewEvent[];
  /** commands to be remembered, by id; null as long as there is none */
  commands: Map<string, DraftCommand> | null;
};

export const draftOf = ({ state, revision }: Fold): Draft => ({
  state,
  revision,
  events: [],
  commands: null,
});

export type Folds = {
  /** The fold of a stream that has no events. */
  empty(aggregate: AnyAggregate, stream: string): Fold;
  load(aggregate: AnyAggregate, stream: string): Awaitable<Fold>;
  /** Reads the fold to the end of its stream. After an error the fold keeps the events that it has read. */
  readOn(fold: Fold): Awaitable<void>;
  /** The draft's events are in the stream now. */
  accept(fold: Fold, draft: Draft, appended: Appended): void;
  /** Remembers the command when the stream has an event of it behind the position. */
  lookUp(fold: Fold, commandId: string, since: Position): Promise<void>;
};

/** The least number of events between two snapshots: for fewer, a snapshot costs more than it saves. */
const eventsOfSnapshot = 1000;

type Part =
  { readonly kind: 'state'; readonly part: Json } | ({ readonly kind: 'commands' } & RememberedSlice);

export function createFolds(options: {
  readonly store: EventStore;
  readonly environment: Environment;
  readonly snapshots?: Snapshots | undefined;
}): Folds {
  const { store, environment, snapshots } = options;
  const turn = takingTurns(environment.scheduler);

  const empty = (aggregate: AnyAggregate, stream: string): Fold => ({
    stream,
    aggregate,
    state: aggregate.initialState,
    revision: -1,
    position: -1,
    snapshotRevision: -1,
    snapshotParts: 0,
    recent: new RecentCommands(),
  });

  const load = (aggregate: AnyAggregate, stream: string): Awaitable<Fold> => {
    const replayed = (fold: Fold): Awaitable<Fold> => andThen(read(fold), () => fold);
    const codec = aggregate.snapshot;
    if (snapshots === undefined || codec === undefined) return replayed(empty(aggregate, stream));
    const fold = empty(aggregate, stream);
    const found = snapshots.read(stream, codec.version, (json) => {
      const part = json as Part;
      if (part.kind === 'commands') fold.recent.addSlice(part);
      else fold.state = codec.add(fold.state, part.part);
    });
    return andThen(found, (head) => {
      if (head === null) return replayed(empty(aggregate, stream));
      fold.revision = fold.snapshotRevision = head.revision;
      fold.position = head.logPosition;
      fold.snapshotParts = head.parts;
      return replayed(fold);
    });
  };

  const read = (fold: Fold): Awaitable<void> => {
    const done = readStreamPages({ store, environment }, fold.stream, fold.revision + 1, (events) => {
      for (const event of events) evolve(fold, event);
    });
    return andThen(done, () => {
      fold.recent.forgetOld(environment.clock.now());
    });
  };

  const accept = (fold: Fold, draft: Draft, { revision, position }: Appended): void => {
    fold.state = draft.state;
    fold.revision = revision;
    fold.position = position;
    if (draft.commands !== null) {
      const atMs = environment.clock.now();
      for (const [id, command] of draft.commands)
        fold.recent.add(id, command.fingerprint, { revision: command.revision, position, atMs });
      fold.recent.forgetOld(atMs);
    }
    if (snapshots !== undefined) takeSnapshot(snapshots, fold);
  };

  return { empty, load, readOn: read, accept, lookUp: (...call) => lookUp(store, turn, ...call) };
}

/**
 * Takes a snapshot when enough events came since the last one: at least as many as the parts of that snapshot can hold
 * entries. So the cost of all snapshots is in proportion to the events, and a start reads about as many events as the
 * state has entries, or 1,000.
 */
function takeSnapshot(snapshots: Snapshots, fold: Fold): void {
  const { stream, aggregate, state, revision, position, recent } = fold;
  const codec = aggregate.snapshot;
  if (codec === undefined) return;
  const spared = revision - fold.snapshotRevision;
  if (spared < Math.max(eventsOfSnapshot, fold.snapshotParts * entriesOfPart)) return;
  fold.snapshotRevision = revision;
  const commands = recent.slices(entriesOfPart);
  function* parts(): Generator<Part & Json> {
    fold.snapshotParts = commands.length;
    for (const part of codec?.parts(state) ?? []) {
      fold.snapshotParts += 1;
      yield { kind: 'state', part };
    }
    for (const slice of commands) yield { kind: 'commands', ...slice };
  }
  snapshots.write({ stream, version: codec.version, revision, logPosition: position, parts: parts() });
}

/** Reads the stream backwards, from the fold's revision to the position, for an event of the command. */
async function lookUp(
  store: Pick<EventStore, 'readStream'>,
  turn: Turn,
  fold: Fold,
  commandId: string,
  since: Position,
): Promise<void> {
  for (let from = fold.revision; from >= 0; from -= pageOfEvents) {
    const page = await store.readStream(fold.stream, { from, direction: 'backwards', limit: pageOfEvents });
    for (const event of page) {
      if (event.position <= since) return;
      if (event.metadata.commandId !== commandId) continue;
      recall(fold, event);
      return;
    }
    await turn();
  }
}

/** Applies the stream's next event to the fold. */
export function evolve(fold: Fold, event: RecordedEvent): void {
  if (!isForeign(event)) {
    // An event that can't be read throws here, before anything else has changed: the fold must not go past it.
    fold.state = fold.aggregate.evolve(fold.state, event);
    recall(fold, event);
  }
  fold.revision = event.revision;
  fold.position = event.position;
}

function recall({ recent }: Fold, { metadata, revision, position }: RecordedEvent): void {
  const { commandId, fingerprint, at } = metadata;
  if (fingerprint !== undefined)
    recent.add(commandId, fingerprint, { revision, position, atMs: Date.parse(at) });
}
