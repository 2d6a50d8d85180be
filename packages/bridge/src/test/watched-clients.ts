// Reports the actions of the Kafka clients to a process of a spec, so that it can be killed at a named point.
import { Admin, Producer } from '@platformatic/kafka';

export type ClientWatcher = {
  /** Before records are sent to these topics. */
  sending?(this: void, topics: ReadonlySet<string>): void;
  /** The broker has acknowledged records of these topics, and the bridge does not know yet. */
  sent?(this: void, topics: ReadonlySet<string>): void;
  committingOffsets?(this: void): void;
};

type Method = (this: unknown, ...call: unknown[]) => unknown;
type Sending = { readonly messages: readonly { readonly topic: string }[] };
/** Only calls that return a promise are the bridge's; the client calls itself with callbacks. */
const isOurs = (call: readonly unknown[]): boolean =>
  !call.some((argument) => typeof argument === 'function');

export function watchClients(watcher: ClientWatcher): void {
  const { send } = Producer.prototype as unknown as Record<'send', Method>;
  Object.assign(Producer.prototype, {
    send(this: unknown, ...call: unknown[]) {
      if (!isOurs(call)) return send.apply(this, call);
      const topics = new Set((call[0] as Sending).messages.map(({ topic }) => topic));
      watcher.sending?.(topics);
      return Promise.resolve(send.apply(this, call)).then((answer) => {
        watcher.sent?.(topics);
        return answer;
      });
    },
  });
  const { alterConsumerGroupOffsets: commit } = Admin.prototype as unknown as Record<
    'alterConsumerGroupOffsets',
    Method
  >;
  Object.assign(Admin.prototype, {
    alterConsumerGroupOffsets(this: unknown, ...call: unknown[]) {
      if (isOurs(call)) watcher.committingOffsets?.();
      return commit.apply(this, call);
    },
  });
}
