// How far a top-up has come, folded from its decisions.
import { assertNever, invariant, type CustomerId, type Money } from '@holdfast/kernel';
import type { TopUpEvent, TopUpFailure, TopUpStep } from './top-up.events.js';

export type TopUpFacts = {
  readonly depositId: string;
  readonly customerId: CustomerId;
  readonly amount: Money;
  readonly card: string | null;
  readonly returnUrl: string | null;
  readonly dueAt: string;
};

/** The step that is being carried out. `round` counts the requests to the gateway for it, from 1. */
type Work = {
  readonly step: TopUpStep;
  readonly round: number;
  readonly failed: number;
  readonly retryAt: string | null;
};

export type TopUpState =
  | { readonly phase: 'new' }
  | { readonly phase: 'paying'; readonly facts: TopUpFacts; readonly work: Work }
  | { readonly phase: 'paid'; readonly facts: TopUpFacts; readonly taken: Money; readonly work: Work }
  | {
      readonly phase: 'undoing' | 'undone';
      readonly facts: TopUpFacts;
      readonly reason: TopUpFailure;
      readonly code: string;
      readonly work: Work;
    }
  | { readonly phase: 'completed'; readonly facts: TopUpFacts };

export type Started = Exclude<TopUpState, { readonly phase: 'new' }>;

export const initialState: TopUpState = { phase: 'new' };

const begin = (step: TopUpStep): Work => ({ step, round: 1, failed: 0, retryAt: null });

export function evolve(state: TopUpState, event: TopUpEvent): TopUpState {
  switch (event.type) {
    case 'TopUpStarted':
      return { phase: 'paying', facts: event.data, work: begin('request') };
    case 'TopUpAuthorized':
      return { phase: 'paying', facts: started(state).facts, work: begin('capture') };
    case 'TopUpPaid':
      return {
        ...{ phase: 'paid', facts: started(state).facts },
        ...{ taken: event.data.amount, work: begin('deposit') },
      };
    case 'TopUpCompleted':
      return { phase: 'completed', facts: started(state).facts };
    case 'TopUpFailed':
      return { phase: 'undoing', facts: started(state).facts, ...event.data, work: begin('undo') };
    case 'TopUpUndone': {
      invariant(state.phase === 'undoing', 'only a failed top-up is undone');
      return { ...state, phase: 'undone' };
    }
    case 'TopUpAttemptFailed': {
      const { retryAt, isAsked } = event.data;
      invariant('work' in state, 'only work fails');
      const { work } = state;
      const round = isAsked ? work.round + 1 : work.round;
      return { ...state, work: { ...work, round, failed: work.failed + 1, retryAt } };
    }
    default:
      return assertNever(event);
  }
}

function started(state: TopUpState): Started {
  invariant(state.phase !== 'new', 'a top-up starts first');
  return state;
}
