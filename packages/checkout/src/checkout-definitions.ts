// The order of a checkout's steps, as data. An order follows the definition and version that it began with to its end,
// so the stages of a stored version never change: another order of steps is a new version.
import { invariant } from '@holdfast/kernel';
import type { DefinitionName } from './checkout.events.js';
import type { ForwardKind, UndoKind } from './checkout-steps.js';

/**
 * The steps of a stage don't wait for each other; each of them waits for the previous stage. An order does one of
 * several alternatives: its method of payment, or the outcome of its check, selects it.
 */
export type Stage = readonly ForwardKind[];

export type Definition = {
  readonly name: DefinitionName;
  readonly version: number;
  readonly stages: readonly Stage[];
};

/** In version 1 the number of an invoice was a log position. */
const stockFirst1: Definition = {
  name: 'stock-first',
  version: 1,
  stages: [
    ['reserve'],
    ['mark-reserved'],
    ['mark-declined', 'start-payment'],
    ['hold-funds', 'authorize-card'],
    ['capture-funds', 'capture-card'],
    ['mark-paid'],
    // An order does one of these two: its check decides.
    ['confirm', 'hold-for-review'],
  ],
};

/** Stock before money: a shortage is found before anything is held. */
export const stockFirst: Definition = {
  name: 'stock-first',
  version: 2,
  stages: [
    ['reserve'],
    ['mark-reserved'],
    ['mark-declined', 'start-payment'],
    ['hold-funds', 'authorize-card'],
    ['capture-funds', 'capture-card'],
    ['mark-paid'],
    ['hold-for-review'],
    ['number-invoice'],
    ['confirm'],
  ],
};

/**
 * Money is set aside before stock is reserved, so that a shortage releases a hold instead of refunding. An order whose
 * payment is declined has no stock to keep: it fails, without a second attempt.
 */
const paymentFirst: Definition = {
  name: 'payment-first',
  version: 1,
  stages: [
    ['start-payment'],
    ['hold-funds', 'authorize-card'],
    ['reserve'],
    ['capture-funds', 'capture-card'],
    ['mark-paid'],
    ['hold-for-review'],
    ['number-invoice'],
    ['confirm'],
  ],
};

/** The undos for an order that ends without a confirmation, in this order. */
export const undoStages: readonly (readonly UndoKind[])[] = [
  ['end-order'],
  ['release-funds', 'refund', 'void-card', 'release'],
];

const definitions: Readonly<Record<DefinitionName, readonly [Definition, ...Definition[]]>> = {
  'stock-first': [stockFirst1, stockFirst],
  'payment-first': [paymentFirst],
};

/** The definition that a new order follows. */
export const latest = (name: DefinitionName): Definition => definitions[name].at(-1) ?? definitions[name][0];

/** The definition that an order began with. */
export function definitionOf(order: {
  readonly definition: DefinitionName;
  readonly definitionVersion: number;
}): Definition {
  const found = definitions[order.definition].find(({ version }) => version === order.definitionVersion);
  invariant(found !== undefined, `no version ${order.definitionVersion} of ${order.definition}`);
  return found;
}
