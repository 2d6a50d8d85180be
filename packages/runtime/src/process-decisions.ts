// Decides on the inputs of a process. Nothing is written here: a decision is recorded afterwards, in process-recording.ts.
import type {
  DomainCommand,
  DomainEvent,
  Environment,
  EventMetadata,
  NewEvent,
  Position,
  Process,
  ProcessInput,
} from '@holdfast/kernel';
import type { Instance } from './process-instance.js';

/** The decisions on some inputs. `isUndecided`: whether one of the inputs was not covered by an earlier decision. */
export type Decided<S> = {
  readonly state: S;
  readonly lastInput: Position;
  readonly lastEventId: string;
  readonly events: readonly NewEvent[];
  readonly isUndecided: boolean;
};

export type DecisionsOptions<I extends DomainEvent, E extends DomainEvent, S> = {
  readonly process: Pick<Process<I, E, S, DomainCommand>, 'name' | 'decide' | 'evolve' | 'schemaVersions'>;
  readonly environment: Pick<Environment, 'ids'>;
  /** the present time, as events store it */
  timestamp(this: void): string;
  /** whether the input was parked, so that no later decision covers it */
  wasParked(this: void, input: ProcessInput<I>): boolean;
};

/** Returns a function that decides on some inputs of a process, in order, and leaves the process's state as it is. */
export function createDecisions<I extends DomainEvent, E extends DomainEvent, S>(
  options: DecisionsOptions<I, E, S>,
): (instance: Instance<I, S>, inputs: readonly ProcessInput<I>[]) => Decided<S> {
  const { process: manager, wasParked } = options;

  /** Whether a decision covers the input already. No decision covers an input that was parked, even a later one. */
  const isCovered = (input: ProcessInput<I>, lastInput: Position): boolean =>
    input.kind === 'event' && input.position <= lastInput && !wasParked(input);

  return (instance, inputs) => {
    let { state, lastInput, lastEventId } = instance;
    const events: NewEvent[] = [];
    let isUndecided = false;
    for (const input of inputs) {
      if (isCovered(input, lastInput)) continue;
      isUndecided = true;
      const decisions = manager.decide(input, state);
      if (decisions.length === 0) continue;
      if (input.kind === 'event') instance.since ??= input.position;
      state = decisions.reduce(manager.evolve, state);
      for (const event of enveloped(options, instance.id, lastEventId, input, decisions)) {
        events.push(event);
        lastEventId = event.id;
      }
      if (input.kind === 'event') lastInput = Math.max(lastInput, input.position);
    }
    return { state, lastInput, lastEventId, events, isUndecided };
  };
}

function enveloped<I extends DomainEvent, E extends DomainEvent, S>(
  { process: manager, environment, timestamp }: DecisionsOptions<I, E, S>,
  id: string,
  lastEventId: string,
  input: ProcessInput<I>,
  decisions: readonly E[],
): NewEvent<E>[] {
  const metadata: EventMetadata = {
    correlationId: id,
    causationId: input.kind === 'event' ? input.event.id : lastEventId,
    commandId: input.kind === 'event' ? input.event.id : `${id}:${causeName(input)}`,
    actor: `process:${manager.name}`,
    at: timestamp(),
    schemaVersion: 1,
    ...(input.kind === 'event' && { inputPosition: input.position }),
  };
  // Copies field by field: a spread is several times slower, and this runs for every event.
  return decisions.map(({ type, data }) => ({
    type,
    data,
    id: environment.ids.next(),
    metadata: versioned(metadata, manager.schemaVersions?.[type as E['type']]),
  })) as NewEvent<E>[];
}

const versioned = (metadata: EventMetadata, schemaVersion: number | undefined): EventMetadata =>
  schemaVersion === undefined ? metadata : { ...metadata, schemaVersion };

const causeName = (input: ProcessInput): string => {
  switch (input.kind) {
    case 'event':
      return input.event.id;
    case 'deadline':
      return `deadline-${input.name}`;
    case 'attemptFailed':
      return `${input.step}-attempt-${input.attempt}`;
    case 'stepFailed':
      return `${input.step}-failed`;
  }
};
