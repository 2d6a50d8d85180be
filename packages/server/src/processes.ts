// The process managers that the product runs, and how far each of them is. A further one is a line in `processesOf`.
import type { Instruments } from '@holdfast/api';
import { createCheckout, type CheckoutSettings } from '@holdfast/checkout';
import type { DomainCommand, DomainEvent, Position, Process } from '@holdfast/kernel';
import type { ProcessRunner } from '@holdfast/runtime';
import { createTopUp } from '@holdfast/topups';

/** A process is only ever handed inputs that it routes and decisions of its own, so a list may forget their types. */
export type AnyProcess = Process<DomainEvent, DomainEvent, unknown, DomainCommand>;
const anyProcess = (process: unknown): AnyProcess => process as AnyProcess;

export const processesOf = (settings: CheckoutSettings): readonly AnyProcess[] =>
  [createCheckout(settings), createTopUp(settings)].map(anyProcess);

export const watched = (
  processes: readonly AnyProcess[],
  instruments: Pick<Instruments, 'process'>,
): readonly AnyProcess[] => processes.map((one) => instruments.process(one));

/** A process manager as others see it: all runners of it that are in this operating-system process. */
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
