// Webhooks of the card gateway: received at the door, kept in an inbox, and acted on by a look-up of the payment.
import type { PaymentGateway } from '@holdfast/gateways';
import type { Cards, WebhookDoor } from '@holdfast/api';
import type { EventStore } from '@holdfast/event-store';
import { isIdentifier, type DomainEvent } from '@holdfast/kernel';
import type { PaymentId, ReceiveWebhook, WebhookEvent } from '@holdfast/payments';
import type { CommandHandler, Reactor } from '@holdfast/runtime';
import { reportLookedUp } from './payment-reactor.js';

type Parts = {
  readonly gateway: PaymentGateway;
  readonly commands: CommandHandler;
  readonly store: Pick<EventStore, 'synced'>;
};

/** A webhook counts as received only once it is on the disk: until then the gateway has to send it again. */
export function webhookDoor({ gateway, commands, store }: Parts): WebhookDoor {
  return async (body, headers) => {
    const read = gateway.readWebhook(body, headers);
    if (read.kind === 'refused') return { outcome: 'refused', message: read.reason };
    if (read.kind === 'irrelevant') return { outcome: 'irrelevant', message: 'not about a payment' };
    const { notice } = read;
    if (!isIdentifier(notice.id)) return { outcome: 'refused', message: 'no id' };
    const receive: ReceiveWebhook = { type: 'ReceiveWebhook', data: { ...notice, gateway: gateway.name } };
    const id = `${gateway.name}:${notice.id}`;
    try {
      const outcome = await commands.handle(receive, {
        commandId: id,
        correlationId: notice.payment?.orderId ?? notice.id,
        causationId: notice.id,
        actor: `gateway:${gateway.name}`,
      });
      if (!outcome.ok) return { outcome: 'unavailable', message: outcome.rejection.code };
      await store.synced(outcome.position);
      return outcome.repeated
        ? { outcome: 'repeated', message: 'received before' }
        : { outcome: 'received', message: 'received' };
    } catch {
      // The store is away, or too busy: the gateway sends the webhook again.
      return { outcome: 'unavailable', message: 'try again' };
    }
  };
}

/** Waits long for the gateway, since the webhook is not sent again after it was taken. */
const webhookRetry = { baseMs: 500, limitMs: 60_000, attempts: 15 };

/**
 * A webhook reports a change of a payment, and the change itself is looked up. A webhook about a payment that is not
 * ours, or from a former gateway, stays in the inbox.
 */
export const webhookReactor = (gateway: PaymentGateway): Reactor => ({
  name: 'webhooks',
  prefixes: ['webhook-'],
  retry: webhookRetry,
  react(recorded) {
    const { payment, transactionId, gateway: sender } = (recorded as DomainEvent as WebhookEvent).data;
    if (payment === null || sender !== gateway.name) return null;
    return async () => reportLookedUp(payment, await gateway.lookUp({ payment, transactionId }));
  },
});

/** When the customer comes back from the gateway's page, whether or not a webhook has come. @throws GatewayUnavailable */
export async function lookAgain(
  { gateway, commands, store }: Parts,
  payment: PaymentId,
  request: { readonly id: string; readonly actor: string },
): Promise<void> {
  const command = reportLookedUp(payment, await gateway.lookUp({ payment, transactionId: null }));
  if (command === null) return;
  const outcome = await commands.handle(command, {
    commandId: request.id,
    correlationId: payment.orderId,
    causationId: request.id,
    actor: request.actor,
  });
  if (outcome.ok) await store.synced(outcome.position);
}

/** Card payments as the API needs them. */
export const cardsOf = (parts: Parts): Cards => ({
  receiveWebhook: webhookDoor(parts),
  lookAgain: (payment, request) => lookAgain(parts, payment, request),
  books: (after) => parts.gateway.list(after),
});
