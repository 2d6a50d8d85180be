// Carries out the operations of payments at the gateway. Every response has the whole payment, and one command records it.
import type { GatewayOutcome, LookedUp, PaymentGateway } from '@holdfast/gateways';
import { assertNever, type DomainEvent, type RecordedEvent } from '@holdfast/kernel';
import {
  gatewayOf,
  isGatewayRequest,
  operationOf,
  payment as payments,
  paymentOfStream,
  paymentStream,
  type GatewayOperation,
  type GatewayReport,
  type PaymentCommand,
  type PaymentEvent,
  type PaymentId,
} from '@holdfast/payments';
import type { CommandHandler, Reactor } from '@holdfast/runtime';
import { gatewayNamed, GatewayUnavailable, identified, type Gateways } from './gateways.js';

type Asked = {
  readonly operation: GatewayOperation;
  readonly transactionId: string | null;
  carryOut(this: void, gateway: PaymentGateway): Promise<GatewayOutcome>;
};

/** Carries out one operation for each event that requests one. When no attempt gets a reply, the payment records that. */
export const paymentReactor = (gateways: Gateways, commands: Pick<CommandHandler, 'load'>): Reactor => ({
  name: 'payments',
  prefixes: ['payment-'],
  react(event) {
    const asked = askedBy(event);
    if (asked === null) return null;
    const payment = paymentOfStream(event.stream);
    // A repeated request for an operation is a new event with a new key. The gateway's key must stay the same.
    return async () => {
      const gateway = await gatewayOfPayment(gateways, commands, payment);
      return gateway === null
        ? null
        : answerOf(payment, gateway, asked, await carriedOut(gateway, payment, asked));
    };
  },
  giveUp(event, error) {
    const asked = askedBy(event);
    const reason = error instanceof Error ? error.message : String(error);
    return asked === null ? null : givenUp(paymentOfStream(event.stream), asked.operation, reason);
  },
});

/** Returns the gateway of the payment; null when an outside service has it. @throws GatewayNotConfigured, GatewayUnavailable */
export async function gatewayOfPayment(
  gateways: Gateways,
  commands: Pick<CommandHandler, 'load'>,
  of: PaymentId,
): Promise<PaymentGateway | null> {
  const { state } = await commands.load(payments, paymentStream(of));
  const name = gatewayOf(state);
  return gatewayNamed(await identified(gateways, name), name);
}

function askedBy(recorded: RecordedEvent): Asked | null {
  const payment = paymentOfStream(recorded.stream);
  const event = recorded as DomainEvent as PaymentEvent;
  if (!isGatewayRequest(event)) return null;
  const operation = operationOf(event);
  switch (event.type) {
    case 'PaymentRequested':
      return {
        operation,
        transactionId: null,
        carryOut: (gateway) => gateway.authorize({ payment, ...event.data }),
      };
    case 'PaymentCaptureRequested':
      return {
        operation,
        transactionId: event.data.transactionId,
        carryOut: (gateway) => gateway.capture({ payment, ...event.data }),
      };
    case 'PaymentVoidRequested':
      return {
        operation,
        transactionId: event.data.transactionId,
        carryOut: (gateway) => gateway.void({ payment, ...event.data }),
      };
    case 'PaymentRefundRequested':
      return {
        operation,
        transactionId: event.data.transactionId,
        carryOut: (gateway) => gateway.refund({ payment, ...event.data }),
      };
    default:
      return assertNever(event);
  }
}

/** The gateway may have stored a lost response as an error, so a look-up reads the real state. */
async function carriedOut(
  gateway: PaymentGateway,
  payment: PaymentId,
  { operation, transactionId, carryOut }: Asked,
): Promise<Exclude<GatewayOutcome, { kind: 'unavailable' }>> {
  const outcome = await carryOut(gateway);
  if (outcome.kind !== 'unavailable') return outcome;
  const looked = await gateway.lookUp({ payment, transactionId });
  if (looked.kind === 'found' && isDone(operation, looked.report))
    return { kind: 'approved', report: looked.report };
  throw new GatewayUnavailable(`${operation.kind}: ${outcome.reason}`);
}

/** Whether a report has the outcome of the operation. */
function isDone(operation: GatewayOperation, report: GatewayReport): boolean {
  switch (operation.kind) {
    case 'authorize':
      return report.status !== 'pending' || report.redirectUrl !== null;
    case 'capture':
      return report.status !== 'pending' && report.status !== 'authorized';
    case 'void':
      // A declined payment is not voided: at some gateways its customer can still pay it.
      return report.status === 'voided' || report.status === 'expired' || report.status === 'captured';
    case 'refund':
      return (
        report.status === 'captured' && report.refunds.some(({ refundId }) => refundId === operation.refundId)
      );
    default:
      return assertNever(operation);
  }
}

function answerOf(
  payment: PaymentId,
  { name }: PaymentGateway,
  { operation }: Asked,
  outcome: Exclude<GatewayOutcome, { kind: 'unavailable' }>,
): PaymentCommand {
  if (outcome.kind !== 'declined') return recordReport(payment, outcome.report, name);
  const { report, code } = outcome;
  // This happens at a second capture: the amount that was really captured counts.
  if (report !== null && isDone(operation, report)) return recordReport(payment, report, name);
  return operation.kind === 'refund'
    ? { type: 'RecordRefundRefused', data: { ...payment, refundId: operation.refundId, code } }
    : givenUp(payment, operation, `refused with ${code}`);
}

/** `gateway`: the name of the one that reports. */
export const recordReport = (payment: PaymentId, report: GatewayReport, gateway: string): PaymentCommand => ({
  type: 'RecordReport',
  data: { ...payment, report, gateway },
});

const givenUp = (payment: PaymentId, operation: GatewayOperation, reason: string): PaymentCommand => ({
  type: 'RecordGatewayGivenUp',
  data: { ...payment, operation, reason },
});

/** Returns the command that records a looked-up payment; null when the gateway has none. @throws GatewayUnavailable */
export function reportLookedUp(payment: PaymentId, looked: LookedUp, gateway: string): PaymentCommand | null {
  switch (looked.kind) {
    case 'found':
      return recordReport(payment, looked.report, gateway);
    case 'unknown':
      return null;
    case 'unavailable':
      throw new GatewayUnavailable(`look-up: ${looked.reason}`);
    default:
      return assertNever(looked);
  }
}
