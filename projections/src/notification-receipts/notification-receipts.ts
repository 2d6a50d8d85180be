// The receipts of notifications: read, mailed, or given up. A notification has a document from its first receipt on.
import type { NotificationEvent } from '@holdfast/accounts';
import { assertNever, type Document, type Projection, type RecordedEvent } from '@holdfast/kernel';

/**
 * `id` is the notification's. A field is absent until its event happens, so that the index of read notifications has
 * only read ones.
 */
export type NotificationReceipt = Document & {
  readonly customerId?: string;
  readonly readAt?: string;
  readonly mailedAt?: string;
  readonly mailFailure?: string;
};

const handled: ReadonlySet<string> = new Set<NotificationEvent['type']>([
  'NotificationRead',
  'NotificationMailed',
  'NotificationMailFailed',
]);

function after(
  { type, data, metadata: { at } }: RecordedEvent<NotificationEvent>,
  before: NotificationReceipt,
): NotificationReceipt {
  switch (type) {
    case 'NotificationRead':
      return { ...before, customerId: data.customerId, readAt: at };
    case 'NotificationMailed':
      return { ...before, mailedAt: at };
    case 'NotificationMailFailed':
      return { ...before, mailFailure: data.reason };
    default:
      return assertNever(type);
  }
}

export const notificationReceipts: Projection<NotificationReceipt> = {
  name: 'notification-receipts',
  version: 1,
  prefixes: ['notification-'],
  indexes: { read: ['customerId', 'readAt'] },
  key: ({ type, data }) => (handled.has(type) ? (data as NotificationEvent['data']).notification : null),
  project: (recorded, receipt) => {
    const event = recorded as RecordedEvent<NotificationEvent>;
    const { notification: id } = event.data;
    return [{ document: after(event, receipt ?? { id }) }];
  },
};
