// A test of a process manager's decision: the earlier decisions, the input, and the decision on it.
import type { EventStore } from '@holdfast/event-store';
import type { DomainEvent, Json, ProcessInput, RecordedEvent } from '@holdfast/kernel';
import { streamId } from '@holdfast/kernel';
import type { ApiDependencies } from '../../dependencies.js';
import { badInput } from '../../graphql/errors.js';
import { testText } from './test-text.js';

export type ProcessFamily =
  'checkout' | 'fulfilment' | 'inventorypolicy' | 'paymentpolicy' | 'orderingpolicy';

type Decision = {
  readonly event: RecordedEvent;
  readonly given: readonly RecordedEvent[];
  readonly then: readonly RecordedEvent[];
};

type Source = Pick<ApiDependencies, 'store' | 'settings'>;

/** @throws GraphQLError BAD_USER_INPUT when the input of the decision is not in the log */
export async function processTest(
  source: Source,
  family: ProcessFamily,
  decision: Decision,
): Promise<string> {
  const when = await inputOf(source.store, decision);
  const settings = settingsOf(source, family, when, decision.then);
  return testText({ ...decision, when, ...partsOf(family, settings) });
}

function partsOf(family: ProcessFamily, settings: string) {
  const of = (value: string, from: string, event: string, input: string, specification: string) => ({
    imports: [
      `import { ${value}, type ${event}, type ${input} } from '@holdfast/${from}';`,
      `import type { ProcessInput } from '@holdfast/kernel';`,
      `import { processSpecification } from '@holdfast/testing';`,
    ],
    specification: `processSpecification(${specification})`,
    eventType: event,
    whenType: `ProcessInput<${input}>`,
  });
  const policy = (name: string, given: string) =>
    of(
      `create${name}Policy`,
      'choreography',
      `${name}PolicyEvent`,
      'PolicyInput',
      `create${name}Policy(${given})`,
    );
  switch (family) {
    case 'checkout':
      return of(
        'createCheckout',
        'checkout',
        'CheckoutEvent',
        'CheckoutInput',
        `createCheckout(${settings})`,
      );
    case 'fulfilment':
      return of('fulfilment', 'fulfilment', 'FulfilmentEvent', 'FulfilmentInput', 'fulfilment');
    case 'inventorypolicy':
      return policy('Inventory', '');
    case 'paymentpolicy':
      return policy('Payment', settings);
    case 'orderingpolicy':
      return policy('Ordering', settings);
  }
}

type Failure = {
  readonly step: string;
  readonly attempt: number;
  readonly error: string;
  readonly retryAt: string;
};

/** Returns the input. An event is read at the position that the decision names; any other input follows from the decision. */
async function inputOf(store: EventStore, { given, then }: Decision): Promise<ProcessInput> {
  const [first] = then;
  const { inputPosition, at = '', commandId = '' } = first?.metadata ?? {};
  if (inputPosition !== undefined) {
    const [event] = await store.readAll({ from: inputPosition, limit: 1 });
    if (event?.position === inputPosition)
      return { kind: 'event', event, at: event.metadata.at, position: inputPosition };
  }
  const cause = commandId.slice(streamId(first?.stream ?? '').length + 1);
  const name = /^deadline-(?<name>.+)$/.exec(cause)?.groups?.['name'];
  if (name !== undefined) {
    const set = given.findLast(
      ({ type, data }) =>
        type === 'DeadlineSet' && (data as { readonly deadline?: string }).deadline === name,
    );
    const { dueAt = at } = (set?.data ?? {}) as { readonly dueAt?: string };
    return { kind: 'deadline', name, dueAt, at };
  }
  const data = (first?.data ?? {}) as Failure & { readonly reason: 'rejected' | 'exhausted' };
  if (first?.type === 'StepAttemptFailed' || first?.type === 'FulfilmentAttemptFailed') {
    const { step, attempt, error, retryAt } = data;
    return { kind: 'attemptFailed', step, attempt, error, retryAt, at };
  }
  if (first?.type === 'StepFailed')
    return { kind: 'stepFailed', step: data.step, reason: data.reason, error: data.error, at };
  throw badInput('eventId: the input of this decision is not in the log');
}

const defaultTtlMs = 900_000;
const defaultTimeoutMs = 300_000;

/** The settings with which the decision was made, as far as the decision shows them. */
function settingsOf(
  { settings }: Source,
  family: ProcessFamily,
  { at }: ProcessInput,
  then: readonly DomainEvent[],
): string {
  const lasts = (name: string): number | undefined => {
    const set = then.find(
      ({ type, data }) => type === 'DeadlineSet' && (data as { readonly deadline: string }).deadline === name,
    );
    if (set === undefined) return undefined;
    return Date.parse((set.data as { readonly dueAt: string }).dueAt) - Date.parse(at);
  };
  const verdict = verdictIn(then);
  const { paymentAttempts } = settings;
  const values = {
    ...(family !== 'paymentpolicy' && {
      reservationTtlMs: lasts('reservation') ?? settings.reservationTtlMs ?? defaultTtlMs,
    }),
    paymentTimeoutMs: lasts('payment') ?? defaultTimeoutMs,
    ...(paymentAttempts !== undefined && { paymentAttempts }),
  };
  const text = Object.entries(values).map(([key, value]) => `${key}: ${value}`);
  if (verdict !== null) text.push(`check: () => (${JSON.stringify(verdict)})`);
  return `{ ${text.join(', ')} }`;
}

/** The verdict of the order's check, where the decision shows one that does not let the order pass. */
function verdictIn(then: readonly DomainEvent[]): Json {
  for (const { type, data } of then) {
    const { reason = '', message = '' } = data as { readonly reason?: string; readonly message?: string };
    if (type === 'ReviewRequested') return { verdict: 'review', reason };
    if (reason === 'FRAUD_REJECTED' || reason === 'ADDRESS_INVALID')
      return { verdict: 'reject', reason, message };
  }
  return null;
}
