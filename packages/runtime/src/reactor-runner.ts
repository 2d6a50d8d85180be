// Runs a reactor, which has effects on the outside world. Each synced event has at most one effect, tried until it succeeds
// or its event is parked. The reply is recorded by a command. An effect is carried out at least once, always under the same
// key, so that the other side recognises a repetition (ADR 0024).
import { setMaxListeners } from 'node:events';
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
import { createCheckpoint } from './reactor-checkpoint.js';
import { ReactorProgress } from './reactor-progress.js';

/**
 * Does one thing in the outside world. Returns the command that puts the answer on record; null when there is none to record.
 * `key` is the same whenever the effect is tried again.
 */
export type Effect = (key: string) => Awaitable<DomainCommand | null>;

export type Reactor = {
  readonly name: string;
  /** stream prefixes that its events come from */
  readonly prefixes: readonly string[];
  /**
   * Returns the event's effect; null when it has none. Called once to tell whether there is one, and again for each
   * attempt at it.
   */
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

export const reactorConsumer = (name: string): string => `reactor-${name}`;

/** The aggregate refused the command with the world's answer: trying again would not change that. */
export class AnswerRefused extends Error {
  override readonly name = 'AnswerRefused';
}

const defaultRetry = { baseMs: 100, limitMs: 10_000, attempts: 6 };
/** The waits between two tries while the store is away. */
const outage = { baseMs: 50, limitMs: 5_000 };
/** Events that are reacted to side by side. Events of one stream are reacted to one after the other. */
const mostAtOnce = 500;
const maxEvents = 100;

export async function startReactor(options: ReactorOptions): Promise<ReactorRunner> {
  const { store, environment, reactor, onError } = options;
  const { signal, abort } = stopping();
  const parking = await openParking(store, environment, reactorConsumer(reactor.name));
  const checkpoint = createCheckpoint(options, signal);
  let progress: ReactorProgress | null = null;

  /** When another runner moved the checkpoint ahead, this one begins again behind it. Otherwise it goes on where it is. */
  const start = async (): Promise<Position> => {
    if (progress !== null && !checkpoint.isLost()) return progress.read;
    const after = await checkpoint.begin();
    const begun: ReactorProgress = new ReactorProgress(after, (position, hadEffect) => {
      if (begun === progress) checkpoint.save(position, hadEffect);
    });
    progress = begun;
    return after;
  };

  const handle = async ({ events, position }: Batch): Promise<void> => {
    if (progress === null || checkpoint.isLost())
      throw new LeaseLost(`the checkpoint of ${reactor.name} is further on`);
    for (const event of events) {
      // Most events have no effect; they cost this call and no promise.
      if (!hasEffect(reactor, event)) continue;
      await progress.room(mostAtOnce);
      progress.begin(event, () => effectUntilParked(options, parking, event, signal));
    }
    progress.readUpTo(position, events.length > 0);
  };

  const following = follow({
    store,
    environment,
    filter: { streamPrefixes: reactor.prefixes },
    upTo: 'synced',
    maxEvents,
    signal,
    start,
    handle,
    onError: (error) => {
      if (!signal.aborted) onError(error);
    },
  });

  return {
    consumer: {
      parking,
      retry: async (event, actor, reason) => {
        await effectOnce(options, event, signal);
        await parking.retried(event.position, actor, reason);
      },
    },
    handled: () => progress?.handled ?? beforeAll,
    stop: async () => {
      abort();
      progress?.close();
      await following;
      await progress?.rest();
      await checkpoint.rest();
    },
  };
}

/** Returns true also for an event on which `react` throws: it has to be parked. */
function hasEffect({ react }: Reactor, event: RecordedEvent): boolean {
  try {
    return react(event) !== null;
  } catch {
    return true;
  }
}

const keyOf = ({ reactor }: ReactorOptions, event: RecordedEvent): string => `${reactor.name}:${event.id}`;

/** Carries out the event's effect once, and puts the answer on record. @throws AnswerRefused, and errors of the effect */
async function effectOnce(options: ReactorOptions, event: RecordedEvent, signal: AbortSignal): Promise<void> {
  const effect = options.reactor.react(event);
  if (effect === null) return;
  const key = keyOf(options, event);
  const answer = await unlessStopped(async () => effect(key), signal);
  if (answer !== null) await record(options, event, answer, key);
}

/** The effect was stopped, and its outcome is unknown. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** A stop must not wait for a slow reply: it ends the wait with Stopped, and the next start repeats the effect. */
async function unlessStopped<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw new Stopped('stopped before the effect');
  const { promise: stopped, cancel } = whenAborted(signal);
  try {
    return await Promise.race([work(), stopped]);
  } finally {
    cancel();
  }
}

function whenAborted(signal: AbortSignal): { readonly promise: Promise<never>; cancel(this: void): void } {
  let cancel = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(new Stopped('stopped while the effect was under way'));
    signal.addEventListener('abort', onAbort, { once: true });
    cancel = () => signal.removeEventListener('abort', onAbort);
  });
  return { promise, cancel };
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

/** Records that every attempt failed, or parks the event. */
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

/**
 * Tries the event's effect until it succeeds, or parks the event. An outage of our own store is no failure of the effect, and
 * nothing could be parked during one, so it waits. Returns false when it was stopped before it was done.
 */
async function effectUntilParked(
  options: ReactorOptions,
  parking: Parking,
  event: RecordedEvent,
  signal: AbortSignal,
): Promise<boolean> {
  const { environment, reactor, onError } = options;
  const { retry = defaultRetry } = reactor;
  let failures = 0;
  let outages = 0;
  while (!signal.aborted) {
    try {
      if (parking.isParked(event.position) || parking.isDiscarded(event.position)) return true;
      if (parking.isBlocked(event.stream, event.position)) await parking.park(event, event.stream, null);
      else await attempt(options, parking, event, signal, failures + 1 >= retry.attempts);
      return true;
    } catch (error) {
      if (error instanceof Stopped) return false;
      const isAway = !(error instanceof EffectFailed);
      onError(isAway ? error : error.cause);
      if (isAway) outages += 1;
      else failures += 1;
      const [policy, inARow] = isAway ? [outage, outages] : [retry, failures];
      await delay(environment, backoffMs(policy, inARow, environment.random), signal);
    }
  }
  return false;
}

/** An effect failed that will be tried again. */
class EffectFailed extends Error {
  override readonly name = 'EffectFailed';
}

/** @throws EffectFailed, Stopped, and the errors of a store that is away */
async function attempt(
  options: ReactorOptions,
  parking: Parking,
  event: RecordedEvent,
  signal: AbortSignal,
  isLast: boolean,
): Promise<void> {
  try {
    await effectOnce(options, event, signal);
  } catch (error) {
    if (error instanceof Stopped || isOutage(error)) throw error;
    if (error instanceof AnswerRefused) {
      options.onError(error);
      return parking.park(event, event.stream, error);
    }
    if (!isLast) throw new EffectFailed(messageOf(error), { cause: error });
    options.onError(error);
    return giveUp(options, parking, event, error);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const stopping = (): { readonly signal: AbortSignal; readonly abort: () => void } => {
  const controller = new AbortController();
  // One listener for each event whose effect is under way.
  setMaxListeners(0, controller.signal);
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
  };
};
