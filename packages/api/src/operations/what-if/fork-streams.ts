// The streams of a fork: the product's own deciders carry commands out on states in memory.
import {
  invariant,
  streamCategory,
  type AnyAggregate,
  type DomainCommand,
  type DomainEvent,
  type EventMetadata,
  type OrderId,
  type Position,
  type RecordedEvent,
  type Result,
} from '@holdfast/kernel';

/** The order's past, and the states that it shares with other orders. */
export type ForkPast = {
  readonly orderId: OrderId;
  readonly aggregates: readonly AnyAggregate[];
  /** The order's events up to the fork, in log order. */
  readonly past: readonly RecordedEvent[];
  /** The state at the fork of streams that others share: stock and wallet. */
  readonly shared: ReadonlyMap<string, unknown>;
};

type Hooks = {
  /** Returns the time of the fork in ISO 8601. */
  now(this: void): string;
  /** Called after each event. */
  onEvent(this: void, event: RecordedEvent): void;
};

export class ForkStreams {
  /** the events since the fork, in their order */
  readonly events: RecordedEvent[] = [];
  #position: Position;
  #ids = 0;
  readonly #states: Map<string, unknown>;
  readonly #revisions = new Map<string, number>();
  /** ids of commands that were carried out */
  readonly #handled = new Set<string>();

  constructor(
    private readonly options: ForkPast,
    private readonly hooks: Hooks,
  ) {
    const { past, shared } = options;
    this.#position = past.at(-1)?.position ?? 0;
    this.#states = new Map(shared);
    for (const event of past) {
      this.#revisions.set(event.stream, event.revision);
      this.#handled.add(event.metadata.commandId);
      if (!shared.has(event.stream)) this.#evolve(event);
    }
  }

  nextId(): string {
    this.#ids += 1;
    return `what-if-${this.#ids}`;
  }

  state(stream: string, aggregate: AnyAggregate): unknown {
    return this.#states.has(stream) ? this.#states.get(stream) : aggregate.initialState;
  }

  /** Applies events that really happened after the fork to the shared states. */
  takeShared(events: readonly RecordedEvent[]): void {
    for (const event of events) if (this.options.shared.has(event.stream)) this.#evolve(event);
  }

  /** Carries out a command. Returns the code of the refusal, or null. */
  handle(
    command: DomainCommand,
    about: Pick<EventMetadata, 'actor' | 'commandId' | 'causationId'>,
  ): string | null {
    const { aggregates } = this.options;
    const aggregate = aggregates.find(({ commandTypes }) =>
      (commandTypes as readonly string[]).includes(command.type),
    );
    invariant(aggregate !== undefined, `no aggregate takes ${command.type}`);
    const isKnown = this.#handled.has(about.commandId);
    this.#handled.add(about.commandId);
    if (
      isKnown &&
      (aggregate.recognisedById as readonly string[] | undefined)?.includes(command.type) === true
    )
      return null;
    const stream = aggregate.stream(command);
    const decision = aggregate.decide(command, this.state(stream, aggregate)) as Result<
      readonly DomainEvent[],
      { readonly code: string }
    >;
    if (!decision.ok) return decision.rejection.code;
    for (const event of decision.value) this.append(stream, event, about);
    return null;
  }

  append(stream: string, event: DomainEvent, about: Partial<EventMetadata>): RecordedEvent {
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    this.#position += 1;
    const metadata = {
      correlationId: this.options.orderId,
      at: this.hooks.now(),
      schemaVersion: 1,
      ...about,
    };
    const recorded = {
      ...{ type: event.type, data: event.data, id: this.nextId(), stream, revision },
      ...{ position: this.#position, metadata: metadata as EventMetadata },
    };
    this.#evolve(recorded);
    this.events.push(recorded);
    this.hooks.onEvent(recorded);
    return recorded;
  }

  #evolve(event: RecordedEvent): void {
    const category = streamCategory(event.stream);
    const aggregate = this.options.aggregates.find((one) => one.category === category);
    if (aggregate === undefined) return;
    this.#states.set(event.stream, aggregate.evolve(this.state(event.stream, aggregate), event));
  }
}
