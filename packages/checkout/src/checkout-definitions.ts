// In which order a checkout does its steps, as data. An order follows the definition and version that it began with to
// its end, so a stage of a stored version never changes: another order of steps is another version.
import { invariant } from '@holdfast/kernel';
import type { DefinitionName } from './checkout.events.js';
import type { ForwardKind, UndoKind } from './checkout-steps.js';

/**
 * The steps of a stage don't wait for each other; every one of them waits for the stage before. Of alternatives an order does
 * one: that of its way to pay, or of its check.
 */
export type Stage = readonly ForwardKind[];

export type Definition = {
  readonly name: DefinitionName;
  readonly version: number;
  readonly stages: readonly Stage[];
};

/** Until version 2 an invoice was numbered by a position of the log. */
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
    // Of these two an order does one, as its check says.
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
 * Money is set aside before stock is reserved, so that a shortage releases a hold instead of refunding. Nothing is kept for
 * an order whose payment is declined: it fails, and has no second attempt.
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

/** Steps that give everything back when an order ends otherwise, in this order. */
export const undoStages: readonly (readonly UndoKind[])[] = [
  ['end-order'],
  ['release-funds', 'refund', 'void-card', 'release'],
];

const definitions: Readonly<Record<DefinitionName, readonly [Definition, ...Definition[]]>> = {
  'stock-first': [stockFirst1, stockFirst],
  'payment-first': [paymentFirst],
};

/** What an order begins with. */
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
