// Runs a reactor, which has effects on the outside world. Each synced event has at most one effect, tried until it succeeds
// or its event is parked. The world's answer comes back as a command. An effect is sent at least once, always with the same
// key, by which the world recognises a repetition (ADR 0024).
import type { Awaitable, DomainCommand, Environment, Position, RecordedEvent } from '@holdfast/kernel';
import { beforeAll } from '@holdfast/kernel';
import { LeaseLost, type ReadStore } from '@holdfast/read-store';
import type { Batch, EventStore } from '@holdfast/event-store';
import { backoffMs, type Backoff } from './backoff.js';
import type { CommandHandler } from './commands.js';
import { delay, follow } from './follow.js';
import type { ParkingConsumer } from './parked-events.js';
import { openParking, type Parking } from './parking.js';
import { isOutage } from './process-inputs.js';

/**
 * Does one thing in the outside world. Returns the command that puts the answer on record; null when there is none to record.
 * `key` is the same whenever the effect is tried again.
 */
export type Effect = (key: string) => Awaitable<DomainCommand | null>;

export type Reactor = {
  readonly name: string;
  /** stream prefixes that its events come from */
  readonly prefixes: readonly string[];
  /** Returns the event's effect; null when it has none. */
  react(this: void, event: RecordedEvent): Effect | null;
  /** how often an effect is tried before its event is parked, and the waits in between */
  readonly retry?: Backoff & { readonly attempts: number };
  /** Whether its very first run leaves out the events that are in the log already. */
  readonly fromNow?: boolean;
  /** The command that puts on record that every attempt failed. Null, or no such function: the event is parked. */
  giveUp?(this: void, event: RecordedEvent, error: unknown): DomainCommand | null;
};

export type ReactorOptions = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly commands: CommandHandler;
  readonly environment: Environment;
  readonly reactor: Reactor;
  onError(this: void, error: unknown): void;
};

export type ReactorRunner = {
  readonly consumer: ParkingConsumer;
  /** every event up to here has had its effect, or is parked */
  handled(): Position;
  stop(): Promise<void>;
};

export const reactorCheckpoint = (name: string): string => `reactor:${name}`;
export const reactorConsumer = (name: string): string => `reactor-${name}`;

/** The aggregate refused the command with the world's answer: trying again would not change that. */
export class AnswerRefused extends Error {
  override readonly name = 'AnswerRefused';
}

const defaultRetry = { baseMs: 100, limitMs: 10_000, attempts: 6 };
/** Events that are reacted to side by side. Events of one stream are reacted to one after the other. */
const maxEvents = 100;

export async function startReactor(options: ReactorOptions): Promise<ReactorRunner> {
  const { store, readStore, environment, reactor, onError } = options;
  const { signal, abort } = stopping();
  const checkpoint = reactorCheckpoint(reactor.name);
  const parking = await openParking(store, environment, reactorConsumer(reactor.name));
  let handled = beforeAll;

  const untilParked = (event: RecordedEvent): Promise<void> =>
    effectUntilParked(options, parking, event, signal);

  const handle = async ({ events, position }: Batch): Promise<void> => {
    const byStream = new Map<string, Promise<void>>();
    for (const event of events) {
      const before = byStream.get(event.stream) ?? Promise.resolve();
      const done = before.then(() => untilParked(event));
      byStream.set(event.stream, done);
    }
    await Promise.all(byStream.values());
    handled = position;
    if (events.length > 0 && !(await readStore.apply([], { name: checkpoint, position })))
      throw new LeaseLost(`the checkpoint of ${reactor.name} is further on`);
  };

  const following = follow({
    store,
    environment,
    filter: { streamPrefixes: reactor.prefixes },
    upTo: 'synced',
    maxEvents,
    signal,
    start: async () => (handled = await begin(options, checkpoint)),
    handle,
    onError: (error) => {
      if (!signal.aborted) onError(error);
    },
  });

  return {
    consumer: {
      parking,
      retry: async (event, actor) => {
        await effectOnce(options, event);
        await parking.retried(event.position, actor);
      },
    },
    handled: () => handled,
    stop: async () => {
      abort();
      await following;
    },
  };
}

/** Returns the position after which the reactor goes on. */
async function begin({ store, readStore, reactor }: ReactorOptions, checkpoint: string): Promise<Position> {
  const stored = await readStore.checkpoint(checkpoint);
  if (stored !== null) return stored;
  if (reactor.fromNow !== true) return beforeAll;
  const { written: position } = await store.end();
  await store.synced(position);
  if (!(await readStore.apply([], { name: checkpoint, position })))
    throw new LeaseLost(`the checkpoint of ${reactor.name} is further on`);
  return position;
}

const keyOf = ({ reactor }: ReactorOptions, event: RecordedEvent): string => `${reactor.name}:${event.id}`;

/** Carries out the event's effect once, and puts the answer on record. @throws AnswerRefused, and errors of the effect */
async function effectOnce(options: ReactorOptions, event: RecordedEvent): Promise<void> {
  const effect = options.reactor.react(event);
  if (effect === null) return;
  const key = keyOf(options, event);
  const answer = await effect(key);
  if (answer !== null) await record(options, event, answer, key);
}

/** @throws AnswerRefused */
async function record(
  { store, commands, reactor }: ReactorOptions,
  event: RecordedEvent,
  answer: DomainCommand,
  commandId: string,
): Promise<void> {
  const outcome = await commands.handle(answer, {
    commandId,
    correlationId: event.metadata.correlationId,
    causationId: event.id,
    actor: `reactor:${reactor.name}`,
    fingerprint: event.id,
  });
  if (!outcome.ok) throw new AnswerRefused(`${answer.type} was refused: ${outcome.rejection.code}`);
  await store.synced(outcome.position);
}

/** Every attempt failed: puts that on record, or parks the event. */
async function giveUp(
  options: ReactorOptions,
  parking: Parking,
  event: RecordedEvent,
  error: unknown,
): Promise<void> {
  const fact = options.reactor.giveUp?.(event, error) ?? null;
  if (fact === null) return parking.park(event, event.stream, error);
  try {
    await record(options, event, fact, `${keyOf(options, event)}:given-up`);
  } catch (refused) {
    if (!(refused instanceof AnswerRefused)) throw refused;
    options.onError(refused);
    await parking.park(event, event.stream, refused);
  }
}

/** Tries the event's effect until it succeeds, or parks the event. @throws while a store is away, or when stopped */
async function effectUntilParked(
  options: ReactorOptions,
  parking: Parking,
  event: RecordedEvent,
  signal: AbortSignal,
): Promise<void> {
  const { environment, reactor, onError } = options;
  const { retry = defaultRetry } = reactor;
  if (parking.isParked(event.position) || parking.isDiscarded(event.position)) return;
  if (parking.isBlocked(event.stream, event.position)) return parking.park(event, event.stream, null);
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await effectOnce(options, event);
      return;
    } catch (error) {
      onError(error);
      // While our own store is away the effect has not failed, and no event could be parked.
      if (isOutage(error)) throw error;
      if (error instanceof AnswerRefused) return parking.park(event, event.stream, error);
      if (failures >= retry.attempts) return giveUp(options, parking, event, error);
      await delay(environment, backoffMs(retry, failures, environment.random), signal);
    }
  }
  throw new Error('stopped before the effect');
}

const stopping = (): { readonly signal: AbortSignal; readonly abort: () => void } => {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
  };
};
