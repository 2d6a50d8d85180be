// The address for the carrier's webhooks about scans, with a signature of the raw body. A scan is on the disk before
// the carrier gets its response.
import type { WebhookDoor } from '@holdfast/api';
import type { Carrier, ScanNotice } from '@holdfast/gateways';
import type { EventStore } from '@holdfast/event-store';
import { isIdentifier } from '@holdfast/kernel';
import type { CommandHandler } from '@holdfast/runtime';
import {
  scanCode,
  tracking,
  trackingStream,
  type ReceiveScan,
  type RecordScan,
  type Scan,
} from '@holdfast/shipping';

type Parts = {
  readonly carrier: Carrier;
  readonly commands: CommandHandler;
  readonly store: Pick<EventStore, 'synced' | 'end'>;
};

type Received = Awaited<ReturnType<WebhookDoor>>;

const refused = (message: string): Received => ({ outcome: 'refused', message });
const unavailable: Received = { outcome: 'unavailable', message: 'try again' };

export function carrierDoor({ carrier, commands, store }: Parts): WebhookDoor {
  return async (body, headers) => {
    const read = carrier.readScan(body, headers);
    if (read.kind === 'refused') return refused(read.reason);
    if (read.kind === 'irrelevant') return { outcome: 'irrelevant', message: 'not about a parcel' };
    const { notice } = read;
    const scan = scanOf(carrier, notice);
    if (scan === null || !isIdentifier(notice.trackingNumber)) return refused('not the scan of a parcel');
    try {
      const { command, correlationId } = await commandFor(commands, notice.trackingNumber, scan);
      const { scanId } = scan;
      const outcome = await commands.handle(command, {
        ...{ commandId: scanId, correlationId, causationId: scanId },
        ...{ actor: `carrier:${carrier.name}`, fingerprint: scanId },
      });
      if (!outcome.ok) return refused(outcome.rejection.code);
      await store.synced(outcome.position);
      return outcome.repeated
        ? { outcome: 'repeated', message: 'known' }
        : { outcome: 'received', message: 'received' };
    } catch {
      // The store is unavailable or too busy: the carrier sends the webhook again.
      return unavailable;
    }
  };
}

/** Reads a scan from the carrier's code; null for an invalid code. */
function scanOf({ name }: Carrier, { id, code: written, location, at }: ScanNotice): Scan | null {
  const code = scanCode(written);
  const isWhole = id !== '' && !Number.isNaN(Date.parse(at));
  return code !== null && isWhole ? { scanId: `${name}:${id}`, code, location, at } : null;
}

/** Scans of a tracking number that no order has yet are kept until one has it. */
async function commandFor(
  commands: CommandHandler,
  trackingNumber: string,
  scan: Scan,
): Promise<{ readonly command: RecordScan | ReceiveScan; readonly correlationId: string }> {
  const { state } = await commands.load(tracking, trackingStream(trackingNumber));
  const { orderId } = state;
  return orderId === null
    ? {
        command: { type: 'ReceiveScan', data: { trackingNumber, scan } },
        correlationId: trackingNumber,
      }
    : { command: { type: 'RecordScan', data: { orderId, scan } }, correlationId: orderId };
}
