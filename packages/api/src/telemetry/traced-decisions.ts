// Spans of a process manager's decisions: from the input to the append of the decisions on it.
import { type EventStore, storeWith } from '@holdfast/event-store';
import { assertNever, streamCategory, streamId, type ProcessInput } from '@holdfast/kernel';
import { type Instruments } from './instruments.js';
import { settled } from './settled.js';
import type { NewSpanId, Spans } from './spans.js';
import { traceIdOf } from './trace-ids.js';
import type { RecentSteps } from './recent-steps.js';
import { causeOf } from './causes.js';

export function tracedDecisions(
  { now, newSpanId }: { readonly now: () => number; readonly newSpanId: NewSpanId },
  { record }: Spans,
  steps: RecentSteps,
): Pick<Instruments, 'store' | 'process'> {
  /** The input that a process is deciding about. The append of its decisions follows in the same turn. */
  let deciding: { readonly input: ProcessInput; readonly since: number } | null = null;
  const processes = new Set<string>();

  const append =
    (store: EventStore): EventStore['append'] =>
    (stream, events, expected) => {
      const decided = deciding;
      deciding = null;
      if (decided === null || !processes.has(streamCategory(stream)))
        return store.append(stream, events, expected);
      const { input, since } = decided;
      const id = streamId(stream);
      const spanId = newSpanId();
      const parentId = input.kind === 'event' ? causeOf(input.event) : steps.get(id);
      steps.remember(id, spanId);
      return settled(
        () => store.append(stream, events, expected),
        (appended) => {
          record({
            part: 'process',
            name: `${streamCategory(stream)} ${nameOf(input)}`,
            traceId: traceIdOf(id),
            spanId,
            parentId,
            since,
            attributes: {
              'holdfast.correlation_id': id,
              'holdfast.stream': stream,
              'holdfast.decisions': events.map(({ type }) => type),
            },
            error: appended?.ok === true ? null : 'not appended',
          });
        },
      );
    };

  return {
    store: (store) => storeWith(store, { append: append(store) }),
    process: (manager) => {
      processes.add(manager.name);
      return {
        ...manager,
        decide: (input, state) => {
          deciding = { input, since: now() };
          return manager.decide(input, state);
        },
      };
    },
  };
}

function nameOf(input: ProcessInput): string {
  switch (input.kind) {
    case 'event':
      return input.event.type;
    case 'deadline':
      return `deadline ${input.name}`;
    case 'attemptFailed':
    case 'stepFailed':
      return `${input.kind} ${input.step}`;
    default:
      return assertNever(input);
  }
}
