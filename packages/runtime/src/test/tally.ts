// A small aggregate for the runtime's own specs: a tally that refuses to go below zero.
import {
  accepted,
  rejected,
  streamName,
  type Aggregate,
  type DomainCommand,
  type DomainEvent,
} from '@holdfast/kernel';

export type Add = DomainCommand<'Add', { readonly id: string; readonly amount: number }>;
export type Added = DomainEvent<'Added', { readonly amount: number }>;
export type TallyState = { readonly sum: number };

export const tally: Aggregate<Add, Added, TallyState, { readonly code: 'BelowZero' | 'Broken' }> = {
  category: 'tally',
  commandTypes: ['Add'],
  recognisedById: ['Add'],
  stream: (command) => streamName('tally', command.data.id),
  initialState: { sum: 0 },
  evolve: (state, event) => ({ sum: state.sum + event.data.amount }),
  decide: ({ data: { amount } }, state) => {
    if (amount === 0) return accepted([]);
    return state.sum + amount < 0
      ? rejected({ code: 'BelowZero' })
      : accepted([{ type: 'Added', data: { amount } }]);
  },
  snapshot: {
    version: 1,
    parts: (state) => [state],
    add: (_, part) => part as TallyState,
  },
};

export const add = (id: string, amount: number): Add => ({ type: 'Add', data: { id, amount } });
