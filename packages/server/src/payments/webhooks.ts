// Webhooks of the card gateway: received over HTTP, kept in an inbox, and followed by a look-up of the payment.
import type { PaymentGateway, ReadWebhook } from '@holdfast/gateways';
import type { Cards, GatewayBooks, WebhookDoor } from '@holdfast/api';
import type { EventStore } from '@holdfast/event-store';
import { isIdentifier, type DomainEvent } from '@holdfast/kernel';
import { outsideService, type PaymentId, type ReceiveWebhook, type WebhookEvent } from '@holdfast/payments';
import type { CommandHandler, Reactor } from '@holdfast/runtime';
import { all, gatewayNamed, identified, type Gateways } from './gateways.js';
import { gatewayOfPayment, reportLookedUp } from './payment-reactor.js';

type Parts = {
  readonly gateways: Gateways;
  readonly commands: CommandHandler;
  readonly store: Pick<EventStore, 'synced'>;
};

/** Receives webhooks. The reply is a success only once the webhook is on the disk; otherwise the gateway repeats it. */
export function webhookDoor({ gateways, commands, store }: Parts): WebhookDoor {
  return async (body, headers) => {
    const { gateway, read } = sentBy(gateways, body, headers);
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

type Signed = {
  readonly gateway: Pick<PaymentGateway, 'name'>;
  readonly read: ReadWebhook;
};

/** Finds the gateway that signed the webhook. If none did, the refusal is that of the present gateway. */
function sentBy(gateways: Gateways, ...webhook: Parameters<PaymentGateway['readWebhook']>): Signed {
  const read = all(gateways).map((gateway): Signed => ({ gateway, read: gateway.readWebhook(...webhook) }));
  const [first] = read;
  return (
    read.find((one) => one.read.kind !== 'refused') ??
    first ?? { gateway: { name: outsideService }, read: { kind: 'refused', reason: 'no gateway' } }
  );
}

/** Waits about half an hour for the gateway, since the webhook is not sent again after it was taken. */
const webhookRetry = { baseMs: 500, limitMs: 5 * 60_000, attempts: 20 };

/**
 * For each webhook, looks the payment up at the gateway that sent it. A webhook about a payment that is not ours stays in
 * the inbox. A webhook of a gateway that is no longer in the settings is parked.
 */
export const webhookReactor = (gateways: Gateways): Reactor => ({
  name: 'webhooks',
  prefixes: ['webhook-'],
  retry: webhookRetry,
  react(recorded) {
    const { payment, transactionId, gateway: sender } = (recorded as DomainEvent as WebhookEvent).data;
    if (payment === null) return null;
    return async () => {
      const gateway = gatewayNamed(await identified(gateways, sender), sender);
      if (gateway === null) return null;
      return reportLookedUp(payment, await gateway.lookUp({ payment, transactionId }), gateway.name);
    };
  },
});

/**
 * Looks the payment up when the customer comes back from the gateway's page, whether or not a webhook has come.
 *
 * @throws GatewayUnavailable, GatewayNotConfigured
 */
export async function lookAgain(
  { gateways, commands, store }: Parts,
  payment: PaymentId,
  request: { readonly id: string; readonly actor: string },
): Promise<void> {
  const gateway = await gatewayOfPayment(gateways, commands, payment);
  if (gateway === null) return;
  const looked = await gateway.lookUp({ payment, transactionId: null });
  const command = reportLookedUp(payment, looked, gateway.name);
  if (command === null) return;
  const outcome = await commands.handle(command, {
    commandId: request.id,
    correlationId: payment.orderId,
    causationId: request.id,
    actor: request.actor,
  });
  if (outcome.ok) await store.synced(outcome.position);
}

/** Makes the API's port of card payments. */
export const cardsOf = (parts: Parts): Cards => ({
  receiveWebhook: webhookDoor(parts),
  lookAgain: (payment, request) => lookAgain(parts, payment, request),
  books: (after) => booksOf(parts.gateways, after),
  get gateways() {
    return all(parts.gateways).map(({ name }) => name);
  },
});

/** Returns the books of one gateway after the other. `after` is a gateway's name, `:`, and its argument for the next page. */
async function booksOf(gateways: Gateways, after: string | null): Promise<GatewayBooks> {
  const open = all(gateways);
  const [name = '', ...rest] = (after ?? `${open[0]?.name ?? ''}:`).split(':');
  const at = open.findIndex((gateway) => gateway.name === name);
  const page = await open[at]?.list(rest.join(':') || null);
  if (page === undefined) return { kind: 'page', payments: [], next: null };
  if (page.kind === 'unavailable') return page;
  const following = page.next === null ? open[at + 1] : undefined;
  const next = page.next === null ? following && `${following.name}:` : `${name}:${page.next}`;
  return { ...page, next: next ?? null };
}
