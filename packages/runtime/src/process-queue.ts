// Handles the inputs of each process in order. Inputs that came together are decided on and recorded together; decisions
// that another runner made meanwhile are read, and the inputs are decided on again.
import type { Awaitable, DomainCommand, DomainEvent, Process, ProcessInput } from '@holdfast/kernel';
import { andThen, isPending, recover } from './awaitable.js';
import { TooManyConflicts } from './command-handler.js';
import type { Decided } from './process-decisions.js';
import type { Instance, Instances } from './process-instance.js';
import type { Recording } from './process-recording.js';

export type ProcessQueueOptions<I extends DomainEvent, S> = {
  readonly process: Pick<Process<I, DomainEvent, S, DomainCommand>, 'name' | 'route'>;
  readonly instances: Instances<I, S>;
  readonly recording: Recording<I, S>;
  decide(this: void, instance: Instance<I, S>, inputs: readonly ProcessInput<I>[]): Decided<S>;
  /** Sends the work that the state asks for. */
  dispatch(this: void, instance: Instance<I, S>): void;
  /** whether inputs are new, since the end of the log was reached */
  isLive(this: void): boolean;
  /** Called when `Recording.before` may have grown. */
  onSettled(this: void): void;
  /** Reads the log again from the checkpoint on. */
  restart(this: void, error: unknown): void;
};

export type ProcessQueue<I extends DomainEvent, S> = {
  /** Handles the inputs behind those that the process is handling. When that fails the process is forgotten. */
  enqueue(this: void, id: string, inputs: readonly ProcessInput<I>[]): Awaitable<void>;
  /** Sends the pending work of a process that was loaded from its stream. */
  resume(this: void, instance: Instance<I, S>): Awaitable<void>;
  /** Records the decisions that wait, behind the inputs that the process is handling. */
  recordNow(this: void, instance: Instance<I, S>): Awaitable<void>;
  /** Decides again on the inputs of a failed append, after reading the stream's new decisions. */
  decideAgain(
    this: void,
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    tries: number,
  ): Awaitable<void>;
  /** Drops a process after an error, because its state in memory may be ahead of its stream. */
  forget(this: void, id: string): void;
};

/** A process was read again while it had decisions that are not in its stream. Nothing is lost: its inputs come again. */
class DecisionsLost extends Error {
  override readonly name = 'DecisionsLost';
}

const maxConflicts = 8;
/** inputs whose decisions share an append, far below what one may hold */
const maxTogether = 256;

export function createProcessQueue<I extends DomainEvent, S>(
  options: ProcessQueueOptions<I, S>,
): ProcessQueue<I, S> {
  const { process: manager, instances, recording } = options;
  const { handleInputs, decideAgain } = createHandling(options);

  const forget = (id: string): void => {
    const instance = instances.forget(id);
    // Its decisions that are not recorded are made again, on the events behind the checkpoint.
    if (instance !== undefined && recording.isUnsettled(instance))
      options.restart(new DecisionsLost(`${manager.name} ${id}`));
  };

  const forgetAndThrow = (error: unknown, id: string): never => {
    forget(id);
    throw error;
  };

  /** Begins a process without reading its stream, which is usually empty. If it is not, the append conflicts. */
  const begins = (input: ProcessInput<I> | undefined): boolean =>
    options.isLive() && input?.kind === 'event' && manager.route(input.event).kind === 'start';

  const queueAndWork = (id: string, inputs: readonly ProcessInput<I>[]): Awaitable<void> => {
    const there = instances.loadedOrLoading(id) ?? (begins(inputs[0]) ? instances.begin(id) : undefined);
    return andThen(there ?? instances.load(id), (instance) => {
      if (there === undefined) instance.isFresh = true;
      instance.inputs.push(...inputs);
      return instance.busy ? instance.working : work(instance);
    });
  };

  const work = (instance: Instance<I, S>): Awaitable<void> => {
    if (instances.isOver(instance)) return;
    instance.busy = true;
    instances.hold(instance);
    while (instance.inputs.length > 0 || instance.mustRecord) {
      const done = handleInputs(instance, instance.inputs.splice(0, maxTogether), 1);
      if (isPending(done)) return (instance.working = done.then(() => work(instance)));
    }
    if (instance.unsent && instance.revision >= 0) options.dispatch(instance);
    if (instance.inputs.length > 0) return work(instance);
    instance.busy = false;
    instance.working = undefined;
    if (instance.unrecorded !== null) return;
    instances.release(instance);
    if (recording.settle(instance)) options.onSettled();
  };

  return {
    enqueue: (id, inputs) => recover(queueAndWork, forgetAndThrow, id, inputs),
    resume(instance) {
      instance.busy = true;
      instances.hold(instance);
      options.dispatch(instance);
      return work(instance);
    },
    recordNow(instance) {
      instance.mustRecord = instance.unrecorded !== null;
      return instance.busy ? instance.working : work(instance);
    },
    decideAgain,
    forget,
  };
}

type Handling<I extends DomainEvent, S> = (
  instance: Instance<I, S>,
  inputs: readonly ProcessInput<I>[],
  tries: number,
) => Awaitable<void>;

function createHandling<I extends DomainEvent, S>(
  options: ProcessQueueOptions<I, S>,
): { readonly handleInputs: Handling<I, S>; readonly decideAgain: Handling<I, S> } {
  const { process: manager, instances, recording } = options;

  const handleInputs: Handling<I, S> = (instance, inputs, tries) => {
    if (instances.isOver(instance)) return;
    const { isFresh } = instance;
    instance.isFresh = false;
    const decided = options.decide(instance, inputs);
    if (decided.events.length === 0) {
      if (instance.unrecorded === null)
        return decided.isUndecided && !isFresh ? readOn(instance, inputs, tries) : undefined;
      if (!decided.isUndecided && !instance.mustRecord) return;
    } else if (tries === 1 && !instance.mustRecord && recording.mayWait(inputs, decided.state)) {
      recording.recordLater(instance, inputs, decided);
      return;
    }
    return recording.record(instance, inputs, decided, tries);
  };

  /**
   * Another runner, or an earlier run of this one, decided meanwhile. It may have ended before it sent the commands that
   * follow, so they are sent from here as well, under the same ids.
   */
  const decideAgain: Handling<I, S> = (instance, inputs, tries) => {
    instance.unsent = true;
    if (tries === maxConflicts)
      throw new TooManyConflicts(`${manager.name} ${instance.id} changed under each of ${tries} tries`);
    return andThen(instances.replay(instance), () => handleInputs(instance, inputs, tries + 1));
  };

  /**
   * Without a decision there is no append that shows whether the state is up to date, so the stream is read on. When
   * another runner has appended to it, all inputs are decided again.
   */
  const readOn: Handling<I, S> = (instance, inputs, tries) => {
    const { revision } = instance;
    return andThen(instances.replay(instance), () => {
      if (instance.revision === revision) return;
      instance.unsent = true;
      instance.isFresh = true;
      return handleInputs(instance, inputs, tries);
    });
  };

  return { handleInputs, decideAgain };
}
