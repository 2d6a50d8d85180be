// The names of steps: a kind, and the SKU or the attempt where the kind has one step for each. Only this file builds and
// parses them.
import { assertNever, invariant, isIdentifier, Sku } from '@holdfast/kernel';
import { isKind, kinds, rowOfKind, type StepKind, type StepRow } from './checkout-steps.js';
import type { Step } from './checkout.events.js';

const separator = ':';

/** `of` is the SKU, or the attempt. */
const partsOf = (step: string): { readonly kind: string; readonly of: string | null } => {
  const at = step.indexOf(separator);
  return at === -1 ? { kind: step, of: null } : { kind: step.slice(0, at), of: step.slice(at + 1) };
};

const isAttempt = (text: string): boolean => /^[1-9]\d{0,5}$/.test(text);

export function isStep(name: string): name is Step {
  const { kind, of } = partsOf(name);
  if (!isKind(kind)) return false;
  const { per } = rowOfKind(kind);
  switch (per) {
    case 'order':
      return of === null;
    case 'sku':
      return of !== null && isIdentifier(of);
    case 'attempt':
      return of !== null && isAttempt(of);
    default:
      return assertNever(per);
  }
}

export function kindOf(step: Step): StepKind {
  invariant(isStep(step), `not a step of the checkout: ${step}`);
  return partsOf(step).kind as StepKind;
}

export const rowOf = (step: Step): StepRow => rowOfKind(kindOf(step));

/** The SKU of a step whose kind has one step for each SKU. */
export const skuOf = (step: Step): Sku => Sku(partsOf(step).of ?? '');

/** The attempt to pay of a step whose kind has one step for each attempt. */
export const attemptOf = (step: Step): number => Number(partsOf(step).of);

/** The name of a step; `of` is the SKU or the attempt, for a kind that has one step for each. */
export const stepOf = (kind: StepKind, of?: Sku | number): Step =>
  (rowOfKind(kind).per === 'order' ? kind : [kind, of].join(separator)) as Step;

/** The step that undoes `step`; null for none. */
export function undoOf(step: Step): Step | null {
  const { undo: kind } = rowOf(step);
  return kind === null
    ? null
    : ([kind, partsOf(step).of].filter((part) => part !== null).join(separator) as Step);
}

/** The undo that `step` replaces; null when there is none. */
export const replacedBy = (step: Step): Step | null => {
  const { replaces } = rowOf(step);
  return replaces === null ? null : stepOf(replaces);
};

/** The undo that replaces `step`; null when there is none. */
export const replacementOf = (step: Step): Step | null => {
  const kind = kindOf(step);
  const found = kinds.find((other) => rowOfKind(other).replaces === kind);
  return found === undefined ? null : stepOf(found);
};
