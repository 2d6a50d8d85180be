// Sends webhooks about scans as carriers do: signed, at least once, tried again until the shop takes them.
import type { Environment } from '@holdfast/kernel';
import { sign, signatureHeader } from '../signature.js';
import type { WebhookTarget } from './webhooks.js';

export type WireScan = {
  readonly id: string;
  readonly trackingNumber: string;
  readonly code: string;
  readonly location: string | null;
  readonly at: string;
};

export type ScanWebhooks = {
  /** From now on webhooks go there. */
  tell(target: WebhookTarget): void;
  /** Resolves after the first attempt of each copy. */
  send(scan: WireScan, copies: number): Promise<void>;
  close(): void;
};

const attempts = 8;
const firstWaitMs = 500;
const timeoutMs = 10_000;

export function openScanWebhooks(
  { clock, scheduler }: Pick<Environment, 'clock' | 'scheduler'>,
  first: WebhookTarget | null,
): ScanWebhooks {
  let target = first;
  const again = new Set<() => void>();

  const isTaken = async (scan: WireScan, { url, secret }: WebhookTarget): Promise<boolean> => {
    const body = Buffer.from(JSON.stringify({ type: 'scan', data: scan }));
    const headers = {
      'content-type': 'application/json',
      [signatureHeader]: sign(secret, body, clock.now()),
    };
    try {
      const answer = await fetch(url, {
        ...{ method: 'POST', body, headers },
        signal: AbortSignal.timeout(timeoutMs),
      });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      // The receiver is down or too slow: the webhook is sent again later.
      return false;
    }
  };

  const deliver = async (scan: WireScan, attempt: number): Promise<void> => {
    if (target === null || (await isTaken(scan, target)) || attempt === attempts) return;
    const cancel = scheduler.after(firstWaitMs * 2 ** attempt, () => {
      again.delete(cancel);
      void deliver(scan, attempt + 1);
    });
    again.add(cancel);
  };

  return {
    tell(other) {
      target = other;
    },
    send: async (scan, copies) => {
      await Promise.all(Array.from({ length: copies }, () => deliver(scan, 1)));
    },
    close() {
      for (const cancel of again) cancel();
    },
  };
}
