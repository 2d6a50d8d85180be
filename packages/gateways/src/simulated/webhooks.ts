// Delivers webhooks as gateways do: signed, at least once, tried again until the shop takes them.
import type { Environment } from '@holdfast/kernel';
import { sign, signatureHeader } from '../signature.js';
import type { BookedPayment } from './books.js';
import type { Misbehaviour } from './misbehaviour.js';
import type { WireWebhook } from './wire.js';

export type Webhooks = {
  /** Queues a webhook; `deliver` or `release` sends it. */
  add(payment: BookedPayment, type: string): void;
  /** Sends webhooks there from now on. */
  tell(this: void, target: WebhookTarget): void;
  /** Sends the queued webhooks, unless webhooks are held. Resolves after the first attempt of each. */
  deliver(behaviour: Misbehaviour): Promise<void>;
  /** Sends the held webhooks in the given order. */
  release(behaviour: Misbehaviour, order: 'oldest-first' | 'newest-first'): Promise<void>;
  close(): void;
};

/** One attempt to deliver a webhook. `status`: the HTTP status of the response; null when none came. */
export type WebhookDelivery = {
  readonly webhookId: string;
  readonly reference: string;
  readonly status: number | null;
};

export type WebhookTarget = { readonly url: string; readonly secret: string };

/** About an hour: a shop that is down longer misses them all, and looks its payments up. */
const attempts = 20;
const firstWaitMs = 500;
const longestWaitMs = 5 * 60 * 1000;
const timeoutMs = 10_000;

/** `given` null: no receiver yet. */
export function openWebhooks(
  { clock, ids, scheduler }: Pick<Environment, 'clock' | 'ids' | 'scheduler'>,
  given: WebhookTarget | null,
  onDelivery: (delivery: WebhookDelivery) => void = () => undefined,
): Webhooks {
  let target = given;
  let queue: WireWebhook[] = [];
  const again = new Set<() => void>();

  const isTaken = async (webhook: WireWebhook, to: WebhookTarget): Promise<boolean> => {
    const status = await statusOf(webhook, to);
    onDelivery({ webhookId: webhook.id, reference: webhook.data.reference, status });
    return status !== null && status >= 200 && status < 300;
  };

  const statusOf = async (webhook: WireWebhook, { url, secret }: WebhookTarget): Promise<number | null> => {
    const body = Buffer.from(JSON.stringify(webhook));
    const headers = {
      'content-type': 'application/json',
      [signatureHeader]: sign(secret, body, clock.now()),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await fetch(url, { method: 'POST', body, headers, signal });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      // The receiver is down or too slow: the webhook is sent again later.
      return null;
    }
  };

  const send = async (webhook: WireWebhook, attempt = 1): Promise<void> => {
    if (target === null || (await isTaken(webhook, target)) || attempt === attempts) return;
    const waitMs = Math.min(firstWaitMs * 2 ** attempt, longestWaitMs);
    const cancel = scheduler.after(waitMs, () => {
      again.delete(cancel);
      void send(webhook, attempt + 1);
    });
    again.add(cancel);
  };

  const sendAll = async (webhooks: readonly WireWebhook[], { copies }: Misbehaviour): Promise<void> => {
    for (const webhook of webhooks) await Promise.all(Array.from({ length: copies }, () => send(webhook)));
  };
  const taken = (): readonly WireWebhook[] => {
    const webhooks = queue;
    queue = [];
    return webhooks;
  };

  return {
    tell(next) {
      target = next;
    },
    add({ id, reference }, type) {
      queue.push({ id: `evt-${ids.next()}`, type, data: { id, reference } });
    },
    deliver: async (behaviour) => {
      if (behaviour.webhooks !== 'held') await sendAll(taken(), behaviour);
    },
    release: (behaviour, order) =>
      sendAll(order === 'newest-first' ? taken().toReversed() : taken(), behaviour),
    close() {
      for (const cancel of again) cancel();
    },
  };
}
