// The adapter to the simulated carrier, over HTTP like a real one.
import type { Clock } from '@holdfast/kernel';
import type { Carrier, ReadScan } from '../carrier.js';
import { signatureHeader, verify } from '../signature.js';
import type { WireScan } from './scan-webhooks.js';

export type SimulatedCarrierSettings = {
  /** a promise while it is yet to be served */
  readonly url: string | Promise<string>;
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly clock: Clock;
  /** the longest time for a response */
  readonly timeoutMs?: number;
};

type Answered =
  | { readonly kind: 'answered'; readonly body: { readonly trackingNumber?: string } }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

export function simulatedCarrier(settings: SimulatedCarrierSettings): Carrier {
  return {
    name: 'simulated',
    async makeLabel({ orderId, parcel: { stock, shippingAddress } }) {
      const request = { reference: orderId, address: shippingAddress, stock };
      const answered = await send(settings, 'labels', request);
      if (answered.kind === 'refused' && answered.code === 'label_void') return { kind: 'voided' };
      if (answered.kind !== 'answered') return answered;
      const { trackingNumber } = answered.body;
      return trackingNumber === undefined
        ? { kind: 'unavailable', reason: 'the carrier returned no tracking number' }
        : { kind: 'made', trackingNumber };
    },
    async voidLabel(orderId) {
      const answered = await send(settings, 'labels/void', { reference: orderId });
      return answered.kind === 'answered' ? { kind: 'voided' } : answered;
    },
    readScan: (body, headers) => readScan(settings, body, headers[signatureHeader]),
  };
}

async function send(
  { url, apiKey, timeoutMs = 10_000 }: SimulatedCarrierSettings,
  path: string,
  request: { readonly reference: string } & object,
): Promise<Answered> {
  try {
    const response = await fetch(`${await url}/${path}`, {
      method: 'POST',
      body: JSON.stringify(request),
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${apiKey}`,
        'idempotency-key': `${path}:${request.reference}`,
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status >= 500) {
      await response.arrayBuffer();
      return { kind: 'unavailable', reason: `the carrier returned ${response.status}` };
    }
    const body = (await response.json()) as { readonly trackingNumber?: string; readonly error?: string };
    return response.ok
      ? { kind: 'answered', body }
      : { kind: 'refused', code: body.error ?? String(response.status) };
  } catch (error) {
    // No connection, no response in time, or part of a response: the request may have taken effect.
    return { kind: 'unavailable', reason: error instanceof Error ? error.message : String(error) };
  }
}

function readScan(
  { webhookSecret, clock }: SimulatedCarrierSettings,
  body: Uint8Array,
  header: string | readonly string[] | undefined,
): ReadScan {
  const verdict = verify(webhookSecret, body, typeof header === 'string' ? header : undefined, clock.now());
  if (verdict !== 'signed') return { kind: 'refused', reason: verdict };
  const scan = scanIn(body);
  if (scan === 'irrelevant') return { kind: 'irrelevant' };
  return scan === null
    ? { kind: 'refused', reason: 'the webhook is not a scan of a parcel' }
    : { kind: 'notice', notice: scan };
}

/** Null for a body that is not a scan. */
function scanIn(body: Uint8Array): WireScan | 'irrelevant' | null {
  try {
    const { type, data } = JSON.parse(Buffer.from(body).toString('utf8')) as {
      readonly type?: unknown;
      readonly data?: Partial<Record<keyof WireScan, unknown>>;
    };
    if (type !== 'scan') return 'irrelevant';
    const { id, trackingNumber, code, location = null, at } = data ?? {};
    const texts = [id, trackingNumber, code, at];
    const isScan =
      texts.every((value) => typeof value === 'string' && value.length <= 200) &&
      (location === null || typeof location === 'string') &&
      !Number.isNaN(Date.parse(at as string));
    return isScan ? ({ id, trackingNumber, code, location, at } as WireScan) : null;
  } catch {
    return null;
  }
}
