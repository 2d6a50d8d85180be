// Sends the notifications to customers by e-mail. A mail server may take one e-mail twice, when this program ends between
// the server's reply and the record of it: both have the same Message-ID, made of the event's id.
import {
  account,
  accountStream,
  localeOf,
  notification as notifications,
  notificationStream,
  wantsMail,
  type Locale,
  type NotificationCommand,
} from '@holdfast/accounts';
import type { EventStore } from '@holdfast/event-store';
import type { Mailer } from '@holdfast/gateways';
import { OrderId, streamId, type RecordedEvent } from '@holdfast/kernel';
import type { OrderPlaced } from '@holdfast/ordering';
import { notificationOf, notifications as projected, type Notification } from '@holdfast/projections';
import type { CommandHandler, Reactor } from '@holdfast/runtime';
import { contentOf } from './compose.js';

export type MailParts = {
  readonly mailer: Mailer;
  readonly store: Pick<EventStore, 'readStream'>;
  readonly commands: Pick<CommandHandler, 'load'>;
};

/** Retries for about a day. When a server is down for longer, e-mails are lost; the notifications are in the shop. */
export const mailRetry = { baseMs: 1_000, limitMs: 30 * 60_000, attempts: 60 };

type Recipient = { readonly address: string; readonly name: string | null; readonly locale: Locale };

/** Only events from its first start on: e-mails about old orders are useless. */
export const notificationMail = (parts: MailParts): Reactor => ({
  name: 'notification-mail',
  prefixes: ['order-'],
  fromNow: true,
  retry: mailRetry,
  react: (event) => (projected.key(event) === null ? null : () => mailAbout(parts, event)),
  giveUp: (event) => failed(event, `no mail server took it in ${mailRetry.attempts} attempts`),
});

/** @throws MailUnavailable */
async function mailAbout(
  { mailer, store, commands }: MailParts,
  event: RecordedEvent,
): Promise<NotificationCommand | null> {
  const events = await store.readStream(event.stream, { limit: event.revision + 1 });
  const about = notificationOf(events);
  if (about === null) return null;
  const orderId = OrderId(about.orderId);
  const { state } = await commands.load(notifications, notificationStream(orderId));
  if (state.mailed.has(about.id)) return null;
  const placed = (events[0] as RecordedEvent<OrderPlaced>).data;
  const recipient = await recipientOf(commands, about, placed);
  if (recipient === null) return null;
  const { address, name, locale } = recipient;
  const content = contentOf({ kind: about.kind, order: placed.code ?? orderId, name, locale });
  const messageId = `${event.id}@${mailer.host}`;
  const outcome = await mailer.send({ messageId, to: address, ...content });
  if (outcome.kind === 'sent')
    return { type: 'RecordMailed', data: { orderId, notification: about.id, messageId } };
  // The log outlives the account, so the address must not get into it within a server's reply.
  return failed(event, outcome.reason.replaceAll(address, 'the address'));
}

const failed = ({ stream, revision }: RecordedEvent, reason: string): NotificationCommand => {
  const orderId = OrderId(streamId(stream));
  return { type: 'RecordMailFailed', data: { orderId, notification: `${orderId}:${revision}`, reason } };
};

/** Returns null for a customer who wants no such e-mail, or has no address that mail can reach (imported customers). */
async function recipientOf(
  commands: MailParts['commands'],
  { customerId, kind }: Notification,
  { guestEmail }: OrderPlaced['data'],
): Promise<Recipient | null> {
  const { state } = await commands.load(account, accountStream(customerId));
  if (guestEmail !== undefined && state.status !== 'REGISTERED')
    return { address: guestEmail, name: null, locale: localeOf({}) };
  if (state.status !== 'REGISTERED' || state.email.endsWith('.invalid')) return null;
  if (!wantsMail(state.preferences, kind)) return null;
  return { address: state.email, name: state.name, locale: localeOf(state.preferences) };
}
