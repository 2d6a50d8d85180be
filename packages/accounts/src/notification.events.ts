// The notifications about one order: its customer read them, and their e-mails were sent or given up. Stored type
// strings are permanent; the stream name carries the order's id.
import type { DomainEvent } from '@holdfast/kernel';

/** `notification` is the id of a notification to the customer of the order. */
type OfNotification = { readonly notification: string };

/** The customer has read the notification. */
export type NotificationRead = DomainEvent<
  'NotificationRead',
  OfNotification & { readonly customerId: string }
>;
/** A mail server has taken the e-mail. */
export type NotificationMailed = DomainEvent<
  'NotificationMailed',
  OfNotification & { readonly messageId: string }
>;
/** The e-mail will not be sent: the address takes none, or every attempt failed. */
export type NotificationMailFailed = DomainEvent<
  'NotificationMailFailed',
  OfNotification & { readonly reason: string }
>;

export type NotificationEvent = NotificationRead | NotificationMailed | NotificationMailFailed;
