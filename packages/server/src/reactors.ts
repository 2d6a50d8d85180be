// The reactors that the product runs: each has effects on the outside world. To add one, add a line to `reactorsOf`.
import type { ApiDependencies } from '@holdfast/api';
import type { Alarm } from '@holdfast/checkout';
import type { EventStore } from '@holdfast/event-store';
import type { Carrier, Mailer, PaymentGateway } from '@holdfast/gateways';
import type { CommandHandler, Reactor, ReactorRunner } from '@holdfast/runtime';
import { auditChainReactor } from './audit-chain.js';
import { notificationMail } from './mail/notification-mail.js';
import { paymentReactor } from './payments/payment-reactor.js';
import { webhookReactor } from './payments/webhooks.js';
import { carrierReactor, scansReactor } from './shipping/carrier-reactor.js';
import { staffAlarm } from './staff-alarm.js';

export type ReactorSettings = {
  /** takes new payments; null: there is none. Absent: payments wait, as in a program that only imports */
  readonly gateway?: PaymentGateway | null;
  /** null, or not given: none. It keeps the payments that it has. */
  readonly formerGateway?: PaymentGateway | null;
  /** null, or not given: no labels are made */
  readonly carrier?: Carrier | null;
  /** null, or not given: no e-mails are sent */
  readonly mailer?: Mailer | null;
  /** Called when a person is needed, at least once for each cause; with the same key when it is called again. */
  onAlarm?(this: void, alarm: Alarm, key: string): void;
};

/** The parts of the engine that a reactor reads. */
export type ReactorParts = { readonly store: EventStore; readonly commands: CommandHandler };

export const reactorsOf = (
  {
    gateway,
    formerGateway: former = null,
    carrier = null,
    mailer = null,
    onAlarm = () => undefined,
  }: ReactorSettings,
  parts: ReactorParts,
): readonly Reactor[] => [
  staffAlarm(onAlarm),
  auditChainReactor(parts),
  // Runs also without a gateway: payments at an earlier gateway then fail with an error that names it.
  ...(gateway === undefined
    ? []
    : [
        paymentReactor({ current: gateway, former }, parts.commands),
        webhookReactor({ current: gateway, former }),
      ]),
  ...(carrier === null ? [] : [carrierReactor(carrier)]),
  scansReactor,
  ...(mailer === null ? [] : [notificationMail({ mailer, ...parts })]),
];

/** The progress of a reactor. */
export type RunningReactor = NonNullable<ApiDependencies['reactors']>[number];

/** `handled` is Infinity while its runner is not here. */
export const runningReactor = (
  name: string,
  runner: () => Pick<ReactorRunner, 'handled'> | null,
): RunningReactor => ({
  name,
  handled: () => runner()?.handled() ?? Infinity,
});
