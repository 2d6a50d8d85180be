// The status of a fulfilment, as one word.
import type { FulfilmentState } from './fulfilment-state.js';

export type FulfilmentStatus =
  'RUNNING' | 'WAITING' | 'COMPLETED' | 'COMPENSATING' | 'COMPENSATED' | 'COMPENSATION_STUCK';

/** `packing` and `hand-over`: the warehouse has to act. `operator`: a person has to look at a failing step. */
export type FulfilmentWaitingFor = 'packing' | 'label' | 'hand-over' | 'carrier' | 'steps' | 'operator';

export function fulfilmentStatus(state: FulfilmentState): {
  readonly status: FulfilmentStatus;
  /** null: it waits for nothing */
  readonly waitingFor: FulfilmentWaitingFor | null;
} {
  if (state.phase === 'new') return { status: 'RUNNING', waitingFor: null };
  if ([...state.attempts.values()].some(({ isStuck }) => isStuck))
    return { status: 'COMPENSATION_STUCK', waitingFor: 'operator' };
  const isCancelled = state.phase === 'cancelled';
  if (state.todo.size > 0) return { status: isCancelled ? 'COMPENSATING' : 'RUNNING', waitingFor: 'steps' };
  if (isCancelled) return { status: 'COMPENSATED', waitingFor: null };
  if (state.isCompleted) return { status: 'COMPLETED', waitingFor: null };
  const waiting = { queued: 'packing', packed: 'label', labelled: 'hand-over', shipped: 'carrier' } as const;
  return { status: 'WAITING', waitingFor: waiting[state.phase] };
}
