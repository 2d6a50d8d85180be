// The process managers that the product runs, with their progress. To add one, add a line to `processesOf`.
import type { AnyProcess, Instruments } from '@holdfast/api';
import { createCheckout, type CheckoutSettings } from '@holdfast/checkout';
import {
  createInventoryPolicy,
  createOrderingPolicy,
  createPaymentPolicy,
  type StockQuestionSettings,
} from '@holdfast/choreography';
import { createFulfilment } from '@holdfast/fulfilment';
import type { Position } from '@holdfast/kernel';
import { reminder } from '@holdfast/ordering';
import type { ProcessRunner } from '@holdfast/runtime';
import { createTopUp, withdrawal } from '@holdfast/topups';

export type { AnyProcess };
const anyProcess = (process: unknown): AnyProcess => process as AnyProcess;

export const processesOf = (settings: CheckoutSettings & StockQuestionSettings): readonly AnyProcess[] =>
  [
    createCheckout(settings),
    createInventoryPolicy(settings),
    createPaymentPolicy(settings),
    createOrderingPolicy(settings),
    createTopUp(settings),
    withdrawal,
    createFulfilment(settings),
    reminder,
  ].map(anyProcess);

export const watched = (
  processes: readonly AnyProcess[],
  instruments: Pick<Instruments, 'process'>,
): readonly AnyProcess[] => processes.map((one) => instruments.process(one));

/** The progress of a process manager, over all of its runners in this operating-system process. */
export type RunningProcess = {
  readonly name: string;
  readonly handled: () => Position;
  readonly live: () => number;
};

/** `handled` is Infinity while none of its runners is here. */
export const runningProcess = (name: string, runners: () => readonly ProcessRunner[]): RunningProcess => ({
  name,
  handled: () => Math.min(...runners().map((runner) => runner.handled())),
  live: () => runners().reduce((sum, runner) => sum + runner.live(), 0),
});
