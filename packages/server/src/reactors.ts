// The reactors that the product runs: each has effects on the outside world. A further one is a line in `reactorsOf`.
import type { Alarm } from '@holdfast/checkout';
import type { PaymentGateway } from '@holdfast/gateways';
import type { Position } from '@holdfast/kernel';
import type { Reactor, ReactorRunner } from '@holdfast/runtime';
import { paymentReactor } from './payments/payment-reactor.js';
import { webhookReactor } from './payments/webhooks.js';
import { staffAlarm } from './staff-alarm.js';

export type ReactorSettings = {
  /** null, or not given: no cards are taken */
  readonly gateway?: PaymentGateway | null;
  /** Called when a person is needed, at least once for each cause; with the same key when it is called again. */
  onAlarm?(this: void, alarm: Alarm, key: string): void;
};

export const reactorsOf = ({
  gateway = null,
  onAlarm = () => undefined,
}: ReactorSettings): readonly Reactor[] => [
  staffAlarm(onAlarm),
  ...(gateway === null ? [] : [paymentReactor(gateway), webhookReactor(gateway)]),
];

/** A reactor as others see it. */
export type RunningReactor = { readonly name: string; readonly handled: () => Position };

/** `handled` is Infinity while its runner is not here. */
export const runningReactor = (name: string, runner: () => ReactorRunner | null): RunningReactor => ({
  name,
  handled: () => runner()?.handled() ?? Infinity,
});
