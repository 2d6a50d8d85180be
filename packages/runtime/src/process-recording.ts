// Records the decisions of a process in its stream. Where an append is a round trip, decisions that can be made again after
// a crash wait for later ones, and share an append with them.
import type {
  Awaitable,
  DomainCommand,
  DomainEvent,
  Environment,
  Position,
  Process,
  ProcessInput,
} from '@holdfast/kernel';
import { streamName } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { andThen, isPending } from './awaitable.js';
import type { Decided } from './process-decisions.js';
import type { Instance, Instances } from './process-instance.js';

export type RecordingOptions<I extends DomainEvent, S> = {
  readonly store: EventStore;
  readonly environment: Pick<Environment, 'scheduler'>;
  readonly process: Pick<Process<I, DomainEvent, S, DomainCommand>, 'name' | 'pending'>;
  readonly instances: Instances<I, S>;
  /** whether the input was parked, so that no restart brings it again */
  wasParked(this: void, input: ProcessInput<I>): boolean;
  /** position up to which every batch of inputs is done */
  handled(this: void): Position;
  /** Sends the work that the new state asks for. */
  dispatch(this: void, instance: Instance<I, S>): void;
  /** Called when the stream has decisions that the instance lacks: these inputs have to be decided again. */
  conflicted(
    this: void,
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    tries: number,
  ): Awaitable<void>;
  /** Called when the instance's decisions have waited long enough. */
  waitedEnough(this: void, instance: Instance<I, S>): void;
};

export type Recording<I extends DomainEvent, S> = {
  /** Appends the decisions, with earlier ones that waited for them. */
  record(
    this: void,
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    decided: Decided<S>,
    tries: number,
  ): Awaitable<void>;
  /**
   * A decision on events alone need not be in the stream before its commands are sent: after a crash the events come
   * again, the decision is the same, and so are the ids of its commands. Where an append is a round trip, it waits for the
   * next decision, as long as commands that never failed are to bring one.
   */
  mayWait(this: void, inputs: readonly ProcessInput<I>[], state: S): boolean;
  recordLater(
    this: void,
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    decided: Decided<S>,
  ): void;
  /** Instances that recorded later than they decided, and have not been settled since. */
  unsettled(this: void): Iterable<Instance<I, S>>;
  isUnsettled(this: void, instance: Instance<I, S>): boolean;
  /** Call this when all decisions of the instance are recorded. Returns whether some had waited. */
  settle(this: void, instance: Instance<I, S>): boolean;
  /** Position before the first input of an unrecorded decision; at most `position`. */
  before(this: void, position: Position): Position;
  /** Forgets the unrecorded decisions. */
  clear(this: void): void;
};

/** how long a decision waits for the next one to share its append */
const recordWithinMs = 500;

export function createRecording<I extends DomainEvent, S>(options: RecordingOptions<I, S>): Recording<I, S> {
  const { store, process: manager, instances, wasParked } = options;
  /** whether the store has ever returned a promise */
  let storeIsAsync = false;
  /** instances with unrecorded decisions, and the position that was handled before the first of their inputs */
  const unsettled = new Map<Instance<I, S>, Position>();

  return {
    record(instance, inputs, decided, tries) {
      const { unrecorded, revision } = instance;
      const events = unrecorded === null ? decided.events : [...unrecorded.events, ...decided.events];
      const expected = revision === -1 ? 'no_stream' : revision;
      const appended = store.append(streamName(manager.name, instance.id), events, expected);
      storeIsAsync ||= isPending(appended);
      return andThen(appended, (answer) => {
        if (instances.isOver(instance)) return;
        unrecorded?.cancel();
        instance.unrecorded = null;
        // Time may have run out while the append was under way.
        instance.mustRecord = false;
        if (!answer.ok) {
          if (unrecorded === null) return options.conflicted(instance, inputs, tries);
          Object.assign(instance, unrecorded.recorded);
          return options.conflicted(instance, [...unrecorded.inputs, ...inputs], tries);
        }
        const { state, lastInput, lastEventId } = decided;
        Object.assign(instance, { state, lastInput, lastEventId });
        instance.revision = answer.value.revision;
        options.dispatch(instance);
      });
    },
    mayWait(given, state) {
      if (!storeIsAsync || given.some((input) => input.kind !== 'event' || wasParked(input))) return false;
      const sendings = manager.pending(state).filter((item) => item.kind === 'command');
      return (
        sendings.length > 0 &&
        sendings.every(({ failedAttempts, notBefore }) => failedAttempts === 0 && notBefore === undefined)
      );
    },
    recordLater(instance, inputs, decided) {
      if (!unsettled.has(instance)) unsettled.set(instance, options.handled());
      keepUnrecorded(options, instance, inputs, decided);
      options.dispatch(instance);
    },
    unsettled: () => unsettled.keys(),
    isUnsettled: (instance) => unsettled.has(instance),
    settle: (instance) => unsettled.delete(instance),
    before(position) {
      let first = position;
      for (const handledBefore of unsettled.values()) first = Math.min(first, handledBefore);
      return first;
    },
    clear: () => {
      unsettled.clear();
    },
  };
}

/** Continues with the decisions in memory, and remembers those that are still to be recorded. */
function keepUnrecorded<I extends DomainEvent, S>(
  { environment, instances, waitedEnough }: RecordingOptions<I, S>,
  instance: Instance<I, S>,
  inputs: readonly ProcessInput<I>[],
  { state, lastInput, lastEventId, events }: Decided<S>,
): void {
  instance.unrecorded ??= {
    recorded: { state: instance.state, lastInput: instance.lastInput, lastEventId: instance.lastEventId },
    events: [],
    inputs: [],
    cancel: environment.scheduler.after(recordWithinMs, () => {
      if (instances.isHeld(instance)) waitedEnough(instance);
    }),
  };
  instances.hold(instance);
  instance.unrecorded.events.push(...events);
  instance.unrecorded.inputs.push(...inputs);
  Object.assign(instance, { state, lastInput, lastEventId });
}
