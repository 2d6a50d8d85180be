// The states of the process managers of an order, folded from their own streams.
import {
  canBeRetried,
  canBeSettled,
  checkoutState,
  checkoutStream,
  planOf,
  type CheckoutEvent,
  type CheckoutState,
  type PlanStep,
} from '@holdfast/checkout';
import {
  canPolicyRetry,
  canPolicySettle,
  evolvePolicies,
  initialPolicyStates,
  isBegun,
  planOfPolicies,
  policyStreams,
  type PolicyStates,
} from '@holdfast/choreography';
import type { EventStore } from '@holdfast/event-store';
import type { OrderId, RecordedEvent } from '@holdfast/kernel';
import { whenReadable } from '@holdfast/runtime';
import { syncedEvents } from '../log/log.js';

/** The queries of operators about an order's process managers, for both kinds of coordination. */
export type Saga = {
  readonly isKnown: boolean;
  readonly plan: readonly PlanStep[];
  canBeRetried(this: void, step: string): boolean;
  canBeSettled(this: void, step: string): boolean;
};

/** Folds the streams of the process managers, up to the first event that can't be read. */
export async function sagaOf(store: EventStore, orderId: OrderId): Promise<Saga> {
  const state = await checkoutOf(store, orderId);
  if (state.phase !== 'new')
    return {
      isKnown: true,
      plan: planOf(state),
      canBeRetried: (step) => canBeRetried(state, step),
      canBeSettled: (step) => canBeSettled(state, step),
    };
  const states = await policyStatesOf(store, orderId);
  return {
    isKnown: isBegun(states),
    plan: planOfPolicies(states),
    canBeRetried: (step) => canPolicyRetry(states, step),
    canBeSettled: (step) => canPolicySettle(states, step),
  };
}

async function checkoutOf(store: EventStore, orderId: OrderId): Promise<CheckoutState> {
  return foldReadable(
    await syncedEvents(store, checkoutStream(orderId)),
    checkoutState.initialState,
    (state: CheckoutState, event) => checkoutState.evolve(state, event as RecordedEvent<CheckoutEvent>),
  );
}

async function policyStatesOf(store: EventStore, orderId: OrderId): Promise<PolicyStates> {
  let states = initialPolicyStates;
  for (const stream of policyStreams(orderId))
    states = foldReadable(await syncedEvents(store, stream), states, evolvePolicies);
  return states;
}

function foldReadable<S>(
  events: readonly RecordedEvent[],
  initialState: S,
  evolve: (state: S, event: RecordedEvent) => S,
): S {
  let state = initialState;
  for (const event of events) {
    const before = state;
    const after = whenReadable(() => evolve(before, event));
    if (after === undefined) break;
    state = after;
  }
  return state;
}
