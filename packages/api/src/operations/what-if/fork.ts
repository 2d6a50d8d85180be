// A fork of one order's life, in memory: the product's own deciders and process managers carry the order on from an event,
// with a clock and ids of the fork. Nothing here has a store, so nothing can be written.
import {
  fold,
  invariant,
  streamName,
  type AnyAggregate,
  type DomainCommand,
  type DomainEvent,
  type PendingWork,
  type Process,
  type ProcessInput,
  type RecordedEvent,
} from '@holdfast/kernel';
import { ForkStreams, type ForkPast } from './fork-streams.js';

/** Any process manager. A fork passes it only events that it routes, so the types of its inputs may be left out. */
export type AnyProcess = Process<DomainEvent, DomainEvent, unknown, DomainCommand>;

type Sending = Extract<PendingWork, { readonly kind: 'command' }>;

/** Something that comes from outside at a time: a person's request, or a report of the gateway. */
export type FromOutside = {
  readonly atMs: number;
  readonly command: DomainCommand;
  readonly actor: string;
};

export type ForkOptions = ForkPast & {
  readonly managers: readonly AnyProcess[];
  /** when it begins, and until when it may run: milliseconds since the epoch */
  readonly startMs: number;
  readonly untilMs: number;
  /** Called after each event; the commands that it returns come from outside. */
  react(this: void, event: RecordedEvent, nowMs: number): readonly FromOutside[];
};

/** One order of a process manager. */
type Instance = {
  readonly manager: AnyProcess;
  state: unknown;
  lastEventId: string;
  readonly inputs: ProcessInput[];
  readonly sent: Set<string>;
  /** deadlines that have fired: one that is still pending does not fire again */
  readonly fired: Set<string>;
};

type Next = { readonly atMs: number; run(this: void): void };

/** More than any order has: a process manager that goes on and on is a bug. */
const mostSteps = 5_000;

export class Fork {
  readonly #streams: ForkStreams;
  #nowMs: number;
  readonly #instances: readonly Instance[];
  readonly #outside: FromOutside[] = [];
  readonly #late: Next[] = [];

  constructor(private readonly options: ForkOptions) {
    const { managers, startMs } = options;
    this.#nowMs = startMs;
    this.#streams = new ForkStreams(options, {
      now: () => this.#at(),
      onEvent: (event) => {
        this.#take(event);
      },
    });
    this.#instances = managers.map((manager) => this.#instanceOf(manager));
  }

  /** the events since the fork, in their order */
  get events(): readonly RecordedEvent[] {
    return this.#streams.events;
  }

  state(stream: string, aggregate: AnyAggregate): unknown {
    return this.#streams.state(stream, aggregate);
  }

  /** Applies events that really happened after the fork to the shared states. */
  takeShared(events: readonly RecordedEvent[]): void {
    this.#streams.takeShared(events);
  }

  /** Adds requests and reports that come from outside at their times. */
  expect(...coming: readonly FromOutside[]): void {
    this.#outside.push(...coming);
  }

  /** Delays everything that is on its way at the fork. Deadlines fire meanwhile. */
  delay(ms: number): void {
    const atMs = this.#nowMs + ms;
    for (const instance of this.#instances) {
      const inputs = instance.inputs.splice(0);
      const sendings = this.#unsent(instance);
      for (const sending of sendings) instance.sent.add(keyOf(sending));
      const arrive = (): void => {
        instance.inputs.push(...inputs);
        for (const sending of sendings) this.#send(instance, sending);
      };
      this.#late.push({ atMs, run: arrive });
    }
  }

  /** Carries out a command. Returns the code of the refusal, or null. */
  ask(command: DomainCommand, actor: string): string | null {
    return this.#streams.handle(command, {
      actor,
      commandId: this.#streams.nextId(),
      causationId: this.#streams.nextId(),
    });
  }

  /** Runs until nothing more happens by itself before the end time. */
  run(): void {
    for (let step = 0; step < mostSteps; step += 1) {
      if (this.#deliver() || this.#dispatch()) continue;
      const next = this.#next();
      if (next === null || next.atMs > this.options.untilMs) return;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    invariant(false, 'a fork does not come to rest');
  }

  #instanceOf(manager: AnyProcess): Instance {
    const { past, orderId } = this.options;
    const stream = streamName(manager.name, orderId);
    const decisions = past.filter((event) => event.stream === stream);
    const covered = Math.max(-1, ...decisions.map(({ metadata }) => metadata.inputPosition ?? -1));
    const inputs = past
      .filter((event) => event.position > covered && this.#isFor(manager, event))
      .map((event): ProcessInput => received(event));
    return {
      manager,
      state: fold(manager, manager.initialState, decisions),
      lastEventId: decisions.at(-1)?.id ?? orderId,
      inputs,
      sent: new Set(),
      fired: new Set(),
    };
  }

  #isFor({ inputPrefixes, route }: AnyProcess, event: RecordedEvent): boolean {
    if (!inputPrefixes.some((prefix) => event.stream.startsWith(prefix))) return false;
    const to = route(event);
    return to.kind !== 'ignore' && to.id === this.options.orderId;
  }

  #deliver(): boolean {
    for (const instance of this.#instances) {
      const input = instance.inputs.shift();
      if (input === undefined) continue;
      this.#decide(instance, input);
      return true;
    }
    return false;
  }

  #decide(instance: Instance, input: ProcessInput): void {
    const { manager } = instance;
    const decisions = manager.decide(input, instance.state);
    instance.state = fold(manager, instance.state, decisions);
    const causationId = input.kind === 'event' ? input.event.id : instance.lastEventId;
    const about = { actor: `process:${manager.name}`, commandId: causationId, causationId };
    const { orderId } = this.options;
    const inputPosition = input.kind === 'event' ? { inputPosition: input.position } : {};
    for (const decision of decisions) {
      const event = this.#streams.append(streamName(manager.name, orderId), decision, {
        ...about,
        ...inputPosition,
      });
      instance.lastEventId = event.id;
    }
  }

  #unsent({ manager, state, sent }: Instance): readonly Sending[] {
    return manager
      .pending(state)
      .filter((work) => work.kind === 'command')
      .filter((work) => !sent.has(keyOf(work)));
  }

  /** Sends one pending command that is due. Returns whether there was one. */
  #dispatch(): boolean {
    for (const instance of this.#instances) {
      const due = this.#unsent(instance).find(
        ({ notBefore }) => !(Date.parse(notBefore ?? '') > this.#nowMs),
      );
      if (due === undefined) continue;
      instance.sent.add(keyOf(due));
      this.#send(instance, due);
      return true;
    }
    return false;
  }

  #send(instance: Instance, { step, round, command }: Sending): void {
    const { manager, lastEventId } = instance;
    const commandId = `${this.options.orderId}:${step}${round === undefined ? '' : `:${round}`}`;
    const about = { actor: `process:${manager.name}`, commandId, causationId: lastEventId };
    const refusal = this.#streams.handle(command, about);
    if (refusal === null) return;
    const at = this.#at();
    instance.inputs.push({ kind: 'stepFailed', step, reason: 'rejected', error: refusal, at });
  }

  /** Gives an event to the process managers that it is for, and to the outside. */
  #take(event: RecordedEvent): void {
    for (const instance of this.#instances)
      if (this.#isFor(instance.manager, event)) instance.inputs.push(received(event));
    this.#outside.push(...this.options.react(event, this.#nowMs));
  }

  /** Returns the next deadline, retry or event from outside. */
  #next(): Next | null {
    const coming: Next[] = [...this.#late, ...this.#outside.map((one) => this.#arrival(one))];
    for (const instance of this.#instances) {
      for (const work of instance.manager.pending(instance.state)) {
        if (work.kind === 'deadline' && !instance.fired.has(`${work.name}@${work.dueAt}`))
          coming.push({ atMs: Date.parse(work.dueAt), run: () => this.#ring(instance, work) });
        if (work.kind === 'command' && work.notBefore !== undefined && !instance.sent.has(keyOf(work)))
          coming.push({ atMs: Date.parse(work.notBefore), run: () => undefined });
      }
    }
    const first = coming.reduce<Next | null>(
      (best, one) => (best === null || one.atMs < best.atMs ? one : best),
      null,
    );
    const late = first === null ? -1 : this.#late.indexOf(first);
    if (late !== -1) this.#late.splice(late, 1);
    return first;
  }

  #arrival(one: FromOutside): Next {
    const arrive = (): void => {
      this.#outside.splice(this.#outside.indexOf(one), 1);
      this.ask(one.command, one.actor);
    };
    return { atMs: one.atMs, run: arrive };
  }

  #ring(instance: Instance, { name, dueAt }: Extract<PendingWork, { readonly kind: 'deadline' }>): void {
    instance.fired.add(`${name}@${dueAt}`);
    this.#decide(instance, { kind: 'deadline', name, dueAt, at: this.#at() });
  }

  #at(): string {
    return new Date(this.#nowMs).toISOString();
  }
}

const received = (event: RecordedEvent): ProcessInput => ({
  kind: 'event',
  event,
  at: event.metadata.at,
  position: event.position,
});

const keyOf = ({ step, round, failedAttempts, notBefore }: Sending): string =>
  `${step}#${round ?? 1}#${failedAttempts}#${notBefore ?? ''}`;
