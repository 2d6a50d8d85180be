// Command handling: load, decide, append. The same command twice is recognised by its id.
import type {
  AnyAggregate,
  DomainCommand,
  DomainEvent,
  Environment,
  EventMetadata,
  Rejection,
} from '@holdfast/kernel';
import { invariant } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { CommandContext, CommandOutcome, LearningCommandHandler, Loaded } from './commands.js';
import { createFolds, type Draft, type Fold, type Folds } from './fold.js';
import { type Question, type Verdict } from './lane-attempt.js';
import { createLanes } from './lanes.js';
import type { Snapshots } from './snapshots.js';
import { createTimestamps } from './timestamps.js';

export { TooManyConflicts } from './lane-attempt.js';

export type CommandHandlerOptions = {
  readonly store: EventStore;
  readonly aggregates: readonly AnyAggregate[];
  readonly snapshots?: Snapshots;
  readonly environment: Environment;
  /** folds kept in memory */
  readonly cachedStreams?: number;
};

/** A command of a process always has the same content under the same id. */
const sentByProcess = 'process';

export function createCommandHandler(options: CommandHandlerOptions): LearningCommandHandler {
  const { store, environment, snapshots, cachedStreams = 20_000 } = options;
  const byCommandType = registryOf(options.aggregates);
  const folds = createFolds({ store, environment, snapshots });
  const lanes = createLanes({ store, folds, cachedStreams });
  const decider = { environment, timestamp: createTimestamps(environment.clock) };

  return {
    handle(command, context) {
      const aggregate = byCommandType.get(command.type);
      invariant(aggregate !== undefined, `no aggregate takes ${command.type}`);
      const question = questionOf(decider, folds, aggregate, command, context);
      return lanes.ask(aggregate, aggregate.stream(command), question);
    },
    load<S>(aggregate: Stateful<S>, stream: string, as: 'latest' | 'known' = 'latest') {
      const stateOf = ({ state, revision }: Fold): Loaded<S> => ({ state: state as S, revision });
      const known = as === 'known' ? lanes.known(stream) : null;
      if (known !== null) return stateOf(known);
      // The append holds the events of all commands that share this turn; the outcome exists only after it.
      return lanes.ask(aggregate, stream, {
        decide: (fold) => ({ answer: () => stateOf(fold), certain: false }),
      });
    },
    learn: (events) => {
      lanes.learn(events);
    },
  };
}

type Stateful<S> = AnyAggregate & { readonly initialState: S };

function registryOf(aggregates: readonly AnyAggregate[]): ReadonlyMap<string, AnyAggregate> {
  const byCommandType = new Map<string, AnyAggregate>();
  for (const aggregate of aggregates) {
    for (const type of aggregate.commandTypes as readonly string[]) {
      invariant(!byCommandType.has(type), `two aggregates take ${type}`);
      byCommandType.set(type, aggregate);
    }
  }
  return byCommandType;
}

type Deciding = { readonly environment: Environment; readonly timestamp: () => string };

function questionOf(
  deciding: Deciding,
  folds: Folds,
  { beginWith = [], recognisedById = [] }: AnyAggregate,
  command: DomainCommand,
  given: CommandContext,
): Question<CommandOutcome> {
  const begins = beginWith.includes(command.type);
  const { commandId, since } = given;
  const isFromProcess = since !== undefined && recognisedById.includes(command.type);
  if (!isFromProcess)
    return { begins, decide: (fold, draft) => decide(deciding, fold, draft, command, given) };
  const context = { ...given, fingerprint: sentByProcess };
  return {
    begins,
    prepare: (fold) =>
      fold.recent.get(commandId) !== undefined || fold.recent.covers(since)
        ? undefined
        : folds.lookUp(fold, commandId, since),
    decide: (fold, draft) => decide(deciding, fold, draft, command, context),
  };
}

/** The outcome's position is that of the whole append, so waiting for it waits for every command in it. */
function decide(
  deciding: Deciding,
  fold: Fold,
  draft: Draft,
  command: DomainCommand,
  context: CommandContext,
): Verdict<CommandOutcome> {
  const { stream, aggregate, recent } = fold;
  const { commandId, fingerprint } = context;
  const isKnown = recent.get(commandId) !== undefined || draft.commands?.has(commandId) === true;
  if (isKnown && fingerprint !== undefined) return recognised(fold, draft, commandId, fingerprint);

  const decision = aggregate.decide(command, draft.state);
  if (!decision.ok) {
    const rejection = decision.rejection as Rejection;
    return { answer: () => ({ ok: false, rejection }), certain: false };
  }
  const decided = decision.value as readonly DomainEvent[];
  const repeated = decided.length === 0;
  if (!repeated) addTo(draft, deciding, aggregate, decided, context);
  const { revision } = draft;
  return {
    answer: () => ({ ok: true, stream, revision, position: fold.position, repeated }),
    certain: false,
  };
}

/** A command that was carried out stays carried out, so the stream need not be read further. */
function recognised(
  { stream, recent }: Fold,
  draft: Draft,
  commandId: string,
  fingerprint: string,
): Verdict<CommandOutcome> {
  const inDraft = draft.commands?.get(commandId);
  const known = recent.get(commandId);
  const isSame =
    inDraft === undefined ? recent.has(commandId, fingerprint) : inDraft.fingerprint === fingerprint;
  if (!isSame)
    return { answer: () => ({ ok: false, rejection: { code: 'IdempotencyConflict' } }), certain: true };
  const answer = (): CommandOutcome => {
    // Both commands may share this append; the position is known only after it.
    const carriedOut = known ?? recent.get(commandId);
    invariant(carriedOut !== undefined, `${commandId} was recognised and is not remembered`);
    const { revision, position } = carriedOut;
    return { ok: true, stream, revision, position, repeated: true };
  };
  return { answer, certain: true };
}

function addTo(
  draft: Draft,
  { environment, timestamp }: Deciding,
  aggregate: AnyAggregate,
  decided: readonly DomainEvent[],
  { commandId, correlationId, causationId, actor, fingerprint }: CommandContext,
): void {
  const at = timestamp();
  for (const event of decided) {
    draft.state = aggregate.evolve(draft.state, event);
    const schemaVersion = versionOf(aggregate, event);
    // Copies field by field: a spread is several times slower, and this runs for every event.
    const metadata: EventMetadata =
      fingerprint === undefined
        ? { commandId, correlationId, causationId, actor, at, schemaVersion }
        : { commandId, correlationId, causationId, actor, at, schemaVersion, fingerprint };
    draft.events.push({ id: environment.ids.next(), type: event.type, data: event.data, metadata });
  }
  draft.revision += decided.length;
  if (fingerprint === undefined) return;
  draft.commands ??= new Map();
  draft.commands.set(commandId, { fingerprint, revision: draft.revision });
}

const versionOf = (aggregate: AnyAggregate, event: DomainEvent): number =>
  (aggregate.schemaVersions as Readonly<Record<string, number>> | undefined)?.[event.type] ?? 1;
