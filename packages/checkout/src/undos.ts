// The undos of a process manager: the wanted ones, the done ones, and the successes that they cover. The functions work
// on any state with `undo`, so that all process managers take the same decisions.
import { beforeAll, type Position } from '@holdfast/kernel';
import type { Step } from './checkout.events.js';
import { replacedBy, replacementOf, undoOf } from './step-names.js';

/** `stuck` is a `todo` that a person should look at. `round` is 2 when the undo is needed for the second time. */
export type Undo = { readonly round: number } &
  /** Only an event after `since` can complete it; null: any event. */
  (
    | { readonly is: 'todo' | 'stuck'; readonly since: Position | null }
    /** covers every success before `upTo`; null: every success */
    | { readonly is: 'done'; readonly upTo: Position | null }
  );

export type Undos = ReadonlyMap<Step, Undo>;
type Undoing = { readonly undo: Undos };

const firstRound: Undo = { is: 'todo', round: 1, since: null };

export const noUndos: Undos = new Map();

/** Each of the steps is needed for the first time. */
export const undosOf = (steps: readonly Step[]): Undos => new Map(steps.map((step) => [step, firstRound]));

/** Whether an undo is wanted and not done. */
export const isOpen = ({ undo }: Undoing, step: Step): boolean => (undo.get(step)?.is ?? 'done') !== 'done';

export const roundOf = ({ undo }: Undoing, step: Step): number => undo.get(step)?.round ?? 1;

const withUndo = <S extends Undoing>(state: S, step: Step, undo: Undo): S => ({
  ...state,
  undo: new Map(state.undo).set(step, undo),
});

export function withStuck<S extends Undoing>(state: S, step: Step): S {
  const undo = state.undo.get(step) ?? firstRound;
  return undo.is === 'done' ? state : withUndo(state, step, { ...undo, is: 'stuck' });
}

export function withDone<S extends Undoing>(state: S, step: Step, upTo: Position | null): S {
  const { round } = state.undo.get(step) ?? firstRound;
  return withUndo(state, step, { is: 'done', round, upTo });
}

/** An undo that was done before is done again, as another command with its own attempts. */
export function withNewUndo<S extends Undoing & { readonly attempts: ReadonlyMap<Step, unknown> }>(
  state: S,
  step: Step,
  since: Position | null,
): S {
  const round = (state.undo.get(step)?.round ?? 0) + 1;
  const attempts = new Map(state.attempts);
  attempts.delete(step);
  const added = withUndo({ ...state, attempts }, step, { is: 'todo', round, since });
  const replaced = replacedBy(step);
  // From here on another undo replaces it, and covers its successes.
  return replaced !== null && added.undo.has(replaced) ? withDone(added, replaced, beforeAll) : added;
}

/** Whether an event at `position` completes the undo. */
export function isDoneBy({ undo }: Undoing, step: Step, position: Position): boolean {
  const entry = undo.get(step);
  if (entry === undefined || entry.is === 'done') return false;
  return entry.since === null || position > entry.since;
}

/**
 * The undo that a late success of `step` needs. An undo that is still to be done covers the success, and so does an
 * undo that was done after it: null then, as for a step without an undo.
 */
export function undoForLate(state: Undoing, step: Step, position: Position): Step | null {
  const undo = undoOf(step);
  if (undo === null) return null;
  const replacement = replacementOf(undo);
  const isCovered =
    covers(state, undo, position) || (replacement !== null && covers(state, replacement, position));
  return isCovered ? null : undo;
}

function covers({ undo }: Undoing, step: Step, position: Position): boolean {
  const entry = undo.get(step);
  if (entry === undefined) return false;
  return entry.is !== 'done' || entry.upTo === null || position < entry.upTo;
}
