// Does the pending work of a process: sends each of its commands once, and arms its deadlines. When a command fails, the
// failure is an input of the process.
import type {
  Awaitable,
  DomainCommand,
  DomainEvent,
  Environment,
  PendingWork,
  Process,
  ProcessInput,
  RetryPolicy,
} from '@holdfast/kernel';
import { beforeAll } from '@holdfast/kernel';
import { andThen, isPending, recover } from './awaitable.js';
import { backoffMs } from './backoff.js';
import type { CommandHandler, CommandOutcome } from './commands.js';
import type { Deadlines } from './deadlines.js';
import type { Instance, Instances } from './process-instance.js';
import type { Timers } from './timers.js';

export type PendingWorkOptions<I extends DomainEvent, S, C extends DomainCommand> = {
  readonly process: Pick<Process<I, DomainEvent, S, C>, 'name' | 'pending' | 'retryPolicy'>;
  readonly commands: CommandHandler;
  readonly environment: Environment;
  /** for steps that the process has no policy for */
  readonly retry: RetryPolicy;
  readonly instances: Instances<I, S>;
  readonly timers: Timers;
  readonly deadlines: Deadlines;
  /** the present time, as events store it */
  timestamp(this: void): string;
  /** Notes whether the process has work or a deadline pending. */
  noteLive(this: void, id: string, isLive: boolean): void;
  /** Runs work outside of a batch. An error sets the process aside, or restarts the runner. */
  guarded(this: void, id: string, run: () => Awaitable<void>): void;
  /** Passes the outcome of a command to the process. */
  enqueue(this: void, id: string, input: ProcessInput<I>): void;
  onError(this: void, error: unknown): void;
};

type Sending<C extends DomainCommand> = PendingWork<C> & { readonly kind: 'command' };

/** Returns a function that sends the state's commands that this runner has not sent, and arms its deadlines and no others. */
export function createPendingWork<I extends DomainEvent, S, C extends DomainCommand>(
  options: PendingWorkOptions<I, S, C>,
): (instance: Instance<I, S>) => void {
  const { process: manager, environment, instances, timers, deadlines, guarded } = options;
  const send = createSending(options);

  const sendOnce = (instance: Instance<I, S>, item: Sending<C>): void => {
    const key = sendingOf(item);
    if (instance.sent.has(key)) return;
    instance.sent.add(key);
    const dueMs = item.notBefore === undefined ? 0 : Date.parse(item.notBefore);
    if (dueMs <= environment.clock.now()) send(instance, item);
    else {
      const fire = (): void => {
        guarded(instance.id, () =>
          andThen(instances.load(instance.id), (present) => sendIfWanted(present, key)),
        );
      };
      timers.arm({ key: `${instance.id} ${key}`, dueMs, fire });
    }
  };

  /** While a command waits for its time, a person may have settled its step, or had it sent at once. */
  const sendIfWanted = (instance: Instance<I, S>, key: string): void => {
    for (const item of manager.pending(instance.state))
      if (item.kind === 'command' && sendingOf(item) === key) send(instance, item);
  };

  return (instance) => {
    instance.unsent = false;
    const pending = manager.pending(instance.state);
    options.noteLive(instance.id, pending.length > 0);
    const armed: string[] = [];
    for (const item of pending) {
      if (item.kind !== 'deadline') continue;
      armed.push(deadlines.arm({ id: instance.id, name: item.name, dueAt: item.dueAt }));
    }
    for (const key of instance.deadlines) if (!armed.includes(key)) deadlines.disarm(key);
    instance.deadlines = armed;
    if (pending.length === 0) {
      instances.drop(instance.id);
      return;
    }
    for (const item of pending) if (item.kind === 'command') sendOnce(instance, item);
  };
}

/** Returns a function that sends one command, and passes its outcome to the process. */
function createSending<I extends DomainEvent, S, C extends DomainCommand>(
  options: PendingWorkOptions<I, S, C>,
): (instance: Instance<I, S>, item: Sending<C>) => void {
  const { process: manager, commands, environment } = options;
  const { clock } = environment;

  const settle = (id: string, { step }: Sending<C>, outcome: CommandOutcome): void => {
    if (outcome.ok) return;
    const error = outcome.rejection.code;
    options.enqueue(id, { kind: 'stepFailed', step, reason: 'rejected', error, at: options.timestamp() });
  };

  const failed = (id: string, { step, failedAttempts }: Sending<C>, cause: unknown): void => {
    options.onError(cause);
    const policy = manager.retryPolicy?.(step) ?? options.retry;
    const attempt = failedAttempts + 1;
    const error = String(cause);
    const at = options.timestamp();
    if (policy.attempts !== null && attempt >= policy.attempts) {
      options.enqueue(id, { kind: 'stepFailed', step, reason: 'exhausted', error, at });
      return;
    }
    const retryAt = new Date(clock.now() + backoffMs(policy, attempt, environment.random)).toISOString();
    options.enqueue(id, { kind: 'attemptFailed', step, attempt, error, retryAt, at });
  };

  return (instance, item) => {
    const { id } = instance;
    const context = {
      commandId: `${id}:${item.step}${item.round === undefined ? '' : `:${item.round}`}`,
      correlationId: id,
      causationId: instance.lastEventId,
      actor: `process:${manager.name}`,
      since: item.since ?? instance.since ?? beforeAll,
    };
    void recover(
      () => {
        const outcome = commands.handle(item.command, context);
        if (isPending(outcome)) countUntilKnown(instance, outcome, clock.now());
        return andThen(outcome, (value) => {
          settle(id, item, value);
        });
      },
      (error) => {
        failed(id, item, error);
      },
    );
  };
}

/** The command counts as under way until its outcome is known. */
function countUntilKnown<I extends DomainEvent, S>(
  instance: Instance<I, S>,
  outcome: Promise<unknown>,
  nowMs: number,
): void {
  instance.lastSentMs = nowMs;
  instance.underWay += 1;
  const isKnown = (): void => {
    instance.underWay -= 1;
  };
  outcome.then(isKnown, isKnown);
}

/** The key of one sending of a command. Another attempt, another round, or the end of a wait makes another key. */
const sendingOf = (item: Sending<DomainCommand>): string =>
  `${item.step}#${item.round ?? 1}#${item.failedAttempts}#${item.notBefore ?? ''}`;
