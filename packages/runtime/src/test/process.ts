// A small process for the runtime's own specs: every tally that reaches ten is emptied, with a deadline for doing so.
import { streamId, type DomainEvent, type Process } from '@holdfast/kernel';
import { add, type Add, type Added } from './tally.js';

export type Decision =
  | DomainEvent<'Filled', { readonly amount: number; readonly dueAt: string }>
  | DomainEvent<'Emptied', Record<string, never>>
  | DomainEvent<'Expired', Record<string, never>>
  | DomainEvent<'EmptyingFailed', { readonly attempt: number; readonly retryAt: string }>
  | DomainEvent<'GivenUp', { readonly error: string }>;

export type State = {
  readonly phase: 'idle' | 'emptying' | 'done' | 'expired' | 'given-up';
  readonly amount: number;
  readonly dueAt: string;
  readonly attempts: number;
  readonly retryAt?: string;
};

const filled = 10;
export const deadlineMs = 60_000;

/** `commandFor` lets a spec send something else than the command that empties. */
export const emptying = (
  commandFor = (id: string, amount: number): Add => add(id, -amount),
): Process<Added, Decision, State, Add> => ({
  name: 'emptying',
  initialState: { phase: 'idle', amount: 0, dueAt: '', attempts: 0 },
  inputPrefixes: ['tally-'],
  route: (recorded) => {
    if (recorded.data.amount === 13) throw new Error("can't route 13");
    return { kind: recorded.data.amount >= filled ? 'start' : 'continue', id: streamId(recorded.stream) };
  },
  decide: (input, state) => {
    switch (input.kind) {
      case 'event': {
        const { amount } = input.event.data;
        if (amount === 14) throw new Error("can't decide about 14");
        if (state.phase === 'idle' && amount >= filled) {
          const dueAt = new Date(Date.parse(input.at) + deadlineMs).toISOString();
          return [{ type: 'Filled', data: { amount, dueAt } }];
        }
        return state.phase === 'emptying' && amount < 0 ? [{ type: 'Emptied', data: {} }] : [];
      }
      case 'deadline':
        return state.phase === 'emptying' ? [{ type: 'Expired', data: {} }] : [];
      case 'attemptFailed':
        return [{ type: 'EmptyingFailed', data: { attempt: input.attempt, retryAt: input.retryAt } }];
      case 'stepFailed':
        return [{ type: 'GivenUp', data: { error: input.error } }];
    }
  },
  evolve: (state, decision) => {
    switch (decision.type) {
      case 'Filled':
        return { ...state, phase: 'emptying', ...decision.data };
      case 'Emptied':
        return { ...state, phase: 'done' };
      case 'Expired':
        return { ...state, phase: 'expired' };
      case 'EmptyingFailed':
        return { ...state, attempts: decision.data.attempt, retryAt: decision.data.retryAt };
      case 'GivenUp':
        return { ...state, phase: 'given-up' };
    }
  },
  pending: (state) =>
    state.phase === 'emptying'
      ? [
          {
            kind: 'command',
            step: 'empty',
            command: commandFor('a', state.amount),
            failedAttempts: state.attempts,
            ...(state.retryAt !== undefined && { notBefore: state.retryAt }),
          },
          { kind: 'deadline', name: 'emptying', dueAt: state.dueAt },
        ]
      : [],
});
