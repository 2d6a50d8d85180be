// The facts about an order's notifications that the order's events do not have: read or not, mailed or not.
import {
  accepted,
  assertNever,
  streamName,
  type Aggregate,
  type DomainCommand,
  type OrderId,
} from '@holdfast/kernel';
import type { NotificationEvent, NotificationMailed, NotificationMailFailed } from './notification.events.js';

export const notificationCategory = 'notification';
export const notificationStream = (orderId: OrderId): string => streamName(notificationCategory, orderId);

type ForOrder<Type extends string, Data> = DomainCommand<Type, { readonly orderId: OrderId } & Data>;

/** The notifications of an order that its customer has read. */
export type ReadNotifications = ForOrder<
  'ReadNotifications',
  { readonly customerId: string; readonly notifications: readonly string[] }
>;
export type RecordMailed = ForOrder<'RecordMailed', NotificationMailed['data']>;
export type RecordMailFailed = ForOrder<'RecordMailFailed', NotificationMailFailed['data']>;

export type NotificationCommand = ReadNotifications | RecordMailed | RecordMailFailed;

export type NotificationState = {
  readonly read: ReadonlySet<string>;
  /** those whose e-mail was taken by a mail server, or will never be sent */
  readonly mailed: ReadonlySet<string>;
};

const initialState: NotificationState = { read: new Set(), mailed: new Set() };

function evolve(state: NotificationState, event: NotificationEvent): NotificationState {
  const { notification } = event.data;
  switch (event.type) {
    case 'NotificationRead':
      return { ...state, read: new Set([...state.read, notification]) };
    case 'NotificationMailed':
    case 'NotificationMailFailed':
      return { ...state, mailed: new Set([...state.mailed, notification]) };
    default:
      return assertNever(event);
  }
}

function decide(command: NotificationCommand, state: NotificationState) {
  switch (command.type) {
    case 'ReadNotifications': {
      const { customerId, notifications } = command.data;
      const unread = [...new Set(notifications)].filter((id) => !state.read.has(id));
      return accepted(unread.map((id) => event('NotificationRead', { notification: id, customerId })));
    }
    case 'RecordMailed': {
      const { notification: id, messageId } = command.data;
      if (state.mailed.has(id)) return accepted([]);
      return accepted([event('NotificationMailed', { notification: id, messageId })]);
    }
    case 'RecordMailFailed': {
      const { notification: id, reason } = command.data;
      if (state.mailed.has(id)) return accepted([]);
      return accepted([event('NotificationMailFailed', { notification: id, reason })]);
    }
    default:
      return assertNever(command);
  }
}

const event = <Type extends NotificationEvent['type']>(
  type: Type,
  data: Extract<NotificationEvent, { type: Type }>['data'],
): NotificationEvent => ({ type, data }) as NotificationEvent;

/** It refuses nothing: a repeated command changes nothing. */
export const notification: Aggregate<NotificationCommand, NotificationEvent, NotificationState, never> = {
  category: notificationCategory,
  commandTypes: ['ReadNotifications', 'RecordMailed', 'RecordMailFailed'],
  stream: ({ data }) => notificationStream(data.orderId),
  initialState,
  evolve,
  decide,
};
