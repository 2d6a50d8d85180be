// The reminder of an order: it tells the customer, once for each end of the reservation, that the time to pay is nearly over.
// It is a process manager of its own, so that it is the same for every kind of coordination.
import {
  assertNever,
  beforeAll,
  OrderId,
  streamId,
  streamName,
  type PendingWork,
  type Position,
  type Process,
  type ProcessInput,
  type RecordedEvent,
  type RetryPolicy,
  type Route,
} from '@holdfast/kernel';
import type { RemindOfReservation } from './order.commands.js';
import type { OrderEvent } from './order.events.js';
import type { ReminderEvent } from './reminder.events.js';

export const reminderCategory = 'reminder';
export const reminderStream = (orderId: OrderId): string => streamName(reminderCategory, orderId);

/** How long before the end the customer is told, unless a third of the reservation is shorter. */
const longestLeadMs = 5 * 60_000;

/** `leadMs`: the time between reminder and end, the same for every end. `toldOf`: the last end that had a reminder. */
type Known = {
  readonly orderId: OrderId;
  readonly leadMs: number;
  readonly toldOf: string | null;
  /** of the last event that led to a decision */
  readonly seen: Position;
};
/** `due`: the command to the order is under way. */
export type ReminderState =
  | { readonly is: 'new' }
  | (Known & { readonly is: 'idle' })
  | (Known & { readonly is: 'set'; readonly dueAt: string; readonly expiresAt: string })
  | (Known & {
      readonly is: 'due';
      readonly expiresAt: string;
      readonly failed: number;
      readonly retryAt: string | null;
    });

const initialState: ReminderState = { is: 'new' };

function evolve(state: ReminderState, event: ReminderEvent): ReminderState {
  if (event.type === 'ReminderSet') {
    const { orderId, dueAt, expiresAt, position: seen } = event.data;
    const [leadMs, toldOf] =
      state.is === 'new' ? [Date.parse(expiresAt) - Date.parse(dueAt), null] : [state.leadMs, state.toldOf];
    return { is: 'set', orderId, leadMs, toldOf, seen, dueAt, expiresAt };
  }
  if (state.is === 'new') return state;
  switch (event.type) {
    case 'ReminderDue':
      return state.is === 'set'
        ? { ...knownOf(state), is: 'due', expiresAt: state.expiresAt, failed: 0, retryAt: null }
        : state;
    case 'ReminderDelayed': {
      const { attempt: failed, retryAt } = event.data;
      return state.is === 'due' ? { ...state, failed, retryAt } : state;
    }
    case 'ReminderSent': {
      const toldOf = state.is === 'due' ? state.expiresAt : state.toldOf;
      return { ...knownOf(state), is: 'idle', toldOf, seen: event.data.position };
    }
    case 'ReminderCleared':
      return { ...knownOf(state), is: 'idle', seen: event.data.position ?? state.seen };
    default:
      return assertNever(event);
  }
}

const knownOf = ({ orderId, leadMs, toldOf, seen }: Known): Known => ({ orderId, leadMs, toldOf, seen });

const ignore: Route = { kind: 'ignore' };

function route({ type, data, stream, metadata }: RecordedEvent<OrderEvent>): Route {
  switch (type) {
    case 'OrderReserved':
      // Without an end of the reservation the payment is started without the customer.
      return data.expiresAt === null ? ignore : { kind: 'start', id: streamId(stream) };
    case 'OrderPaymentDeclined':
      return { kind: 'start', id: streamId(stream) };
    case 'OrderPaymentStarted':
      // Without an end of the reservation, a process starts the payment, and there is no reminder. This is the case for most
      // orders, and looking for their reminders would cost a read each.
      return metadata.actor.startsWith('process:') ? ignore : { kind: 'continue', id: streamId(stream) };
    case 'OrderReservationExtended':
    case 'OrderReservationExpiring':
    case 'OrderPaymentSkipped':
    case 'OrderCancelled':
    case 'OrderFailed':
      return { kind: 'continue', id: streamId(stream) };
    default:
      return ignore;
  }
}

type Decisions = readonly ReminderEvent[];
const nothing: Decisions = [];

function decide(input: ProcessInput<OrderEvent>, state: ReminderState): Decisions {
  switch (input.kind) {
    case 'event': {
      const seen = state.is === 'new' ? beforeAll : state.seen;
      return input.position > seen ? onEvent(input, state) : nothing;
    }
    case 'deadline':
      return state.is === 'set' && state.dueAt === input.dueAt
        ? [{ type: 'ReminderDue', data: {} }]
        : nothing;
    case 'attemptFailed': {
      if (state.is !== 'due' || input.attempt <= state.failed) return nothing;
      const { attempt, error, retryAt } = input;
      return [{ type: 'ReminderDelayed', data: { attempt, error, retryAt } }];
    }
    case 'stepFailed':
      return state.is === 'due' ? [{ type: 'ReminderCleared', data: { position: null } }] : nothing;
    default:
      return assertNever(input);
  }
}

function onEvent(
  { event, at, position }: Extract<ProcessInput<OrderEvent>, { readonly kind: 'event' }>,
  state: ReminderState,
): Decisions {
  switch (event.type) {
    case 'OrderReserved':
    case 'OrderPaymentDeclined':
    case 'OrderReservationExtended': {
      const { expiresAt } = event.data;
      const isTold = state.is !== 'new' && state.toldOf === expiresAt;
      if (expiresAt === null || isTold || expiresAt <= at) return nothing;
      const orderId = OrderId(streamId(event.stream));
      const dueAt = dueBefore(expiresAt, at, state);
      return [{ type: 'ReminderSet', data: { orderId, dueAt, expiresAt, position } }];
    }
    case 'OrderReservationExpiring':
      return state.is === 'due' ? [{ type: 'ReminderSent', data: { position } }] : nothing;
    default:
      return state.is === 'set' || state.is === 'due'
        ? [{ type: 'ReminderCleared', data: { position } }]
        : nothing;
  }
}

function dueBefore(expiresAt: string, at: string, state: ReminderState): string {
  const [now, end] = [Date.parse(at), Date.parse(expiresAt)];
  const leadMs = state.is === 'new' ? Math.min(longestLeadMs, Math.floor((end - now) / 3)) : state.leadMs;
  return new Date(Math.max(end - leadMs, now)).toISOString();
}

function pending(state: ReminderState): readonly PendingWork<RemindOfReservation>[] {
  switch (state.is) {
    case 'new':
    case 'idle':
      return [];
    case 'set':
      return [{ kind: 'deadline', name: 'reminder', dueAt: state.dueAt }];
    case 'due': {
      const { orderId, expiresAt, failed: failedAttempts, retryAt } = state;
      const command: RemindOfReservation = { type: 'RemindOfReservation', data: { orderId, expiresAt } };
      const notBefore = retryAt === null ? {} : { notBefore: retryAt };
      // The step's name has the end of the reservation, so that another end is another step.
      return [{ kind: 'command', step: `remind:${expiresAt}`, command, failedAttempts, ...notBefore }];
    }
    default:
      return assertNever(state);
  }
}

const withoutEnd: RetryPolicy = { attempts: null, baseMs: 500, limitMs: 60_000 };

/** The process manager that reminds customers of orders that they have not paid. */
export const reminder: Process<OrderEvent, ReminderEvent, ReminderState, RemindOfReservation> = {
  name: reminderCategory,
  initialState,
  inputPrefixes: ['order-'],
  route,
  decide,
  evolve,
  pending,
  retryPolicy: () => withoutEnd,
};
