// A carrier without parcels, as a server of its own: labels, signed webhooks about scans, and switches for the faults
// of real carriers.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Environment } from '@holdfast/kernel';
import { BadRequest, bodyOf, fieldsOf, isSameSecret, sendJson, textIn, type Fields } from './requests.js';
import { openScanWebhooks, type WireScan } from './scan-webhooks.js';
import type { WebhookTarget } from './webhooks.js';

export type SimulatedCarrierOptions = {
  readonly environment: Environment;
  readonly apiKey: string;
  readonly host?: string;
  /** 0: any free one */
  readonly port?: number;
  /** null: no webhooks are sent */
  readonly webhooks?: WebhookTarget | null;
  onError?(this: void, error: unknown): void;
};

export type CarrierMisbehaviour = {
  /** every request fails, and nothing takes effect */
  readonly isDown: boolean;
  /** for this many requests the label is made or voided, and the response is lost */
  readonly lostAnswers: number;
  /** copies of each webhook, sent at the same time */
  readonly copies: number;
};

export type BookedLabel = {
  readonly reference: string;
  readonly trackingNumber: string;
  readonly city: string;
  isVoid: boolean;
  readonly scans: WireScan[];
};

export type SimulatedCarrier = {
  readonly url: string;
  /** From now on webhooks about scans go there. */
  tell(target: WebhookTarget): void;
  behave(switches: Partial<CarrierMisbehaviour>): void;
  /** Scans a label, also for a number that no shop has. Resolves after the first attempt of the webhook. */
  scan(trackingNumber: string, code: string, location?: string): Promise<WireScan>;
  /** Sends the webhook of an earlier scan again. */
  repeat(scan: WireScan): Promise<void>;
  labels(): readonly BookedLabel[];
  close(): Promise<void>;
};

/** The same order gets the same number, also after a restart that forgets everything. */
export const trackingNumberOf = (reference: string): string =>
  `HF${BigInt(`0x${createHash('sha256').update(reference).digest('hex').slice(0, 16)}`)
    .toString()
    .padStart(20, '0')}`;

const noWhere = 'XX';

export async function openSimulatedCarrier(options: SimulatedCarrierOptions): Promise<SimulatedCarrier> {
  const { environment, host = '127.0.0.1', port = 0 } = options;
  const webhooks = openScanWebhooks(environment, options.webhooks ?? null);
  const labels = new Map<string, BookedLabel>();
  let behaviour: CarrierMisbehaviour = { isDown: false, lostAnswers: 0, copies: 1 };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    if (!isSameSecret(request.headers.authorization ?? '', `Bearer ${options.apiKey}`))
      throw new BadRequest(401, 'key_wrong');
    if (behaviour.isDown) throw new BadRequest(503, 'down');
    if (request.method !== 'POST') throw new BadRequest(404, 'no_such_path');
    const fields = fieldsOf(body);
    const answer = await carriedOut(new URL(request.url ?? '/', 'http://carrier').pathname, fields);
    if (behaviour.lostAnswers > 0) {
      behaviour = { ...behaviour, lostAnswers: behaviour.lostAnswers - 1 };
      response.destroy();
    } else sendJson(response, answer.status, answer.body);
  };

  const carriedOut = async (pathname: string, fields: Fields) => {
    switch (pathname) {
      case '/labels':
        return makeLabel(labels, fields);
      case '/labels/void':
        return voidLabel(labels, textIn(fields, 'reference'));
      case '/simulate/scan': {
        const scan = await scanned(textIn(fields, 'trackingNumber'), textIn(fields, 'code'), null);
        return { status: 200, body: scan };
      }
      default:
        throw new BadRequest(404, 'no_such_path');
    }
  };

  const scanned = async (
    trackingNumber: string,
    code: string,
    location: string | null,
  ): Promise<WireScan> => {
    const { ids, clock } = environment;
    const at = new Date(clock.now()).toISOString();
    const scan = { id: `scan-${ids.next()}`, trackingNumber, code, location, at };
    [...labels.values()].find((label) => label.trackingNumber === trackingNumber)?.scans.push(scan);
    await webhooks.send(scan, behaviour.copies);
    return scan;
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      refuse(response, error, options);
    });
  });
  return {
    url: await listening(server, port, host),
    tell: (target) => {
      webhooks.tell(target);
    },
    behave(switches) {
      behaviour = { ...behaviour, ...switches };
    },
    scan: (trackingNumber, code, location) => scanned(trackingNumber, code, location ?? null),
    repeat: (scan) => webhooks.send(scan, behaviour.copies),
    labels: () => [...labels.values()],
    close: async () => {
      webhooks.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(response: ServerResponse, error: unknown, { onError }: SimulatedCarrierOptions): void {
  if (error instanceof BadRequest) {
    sendJson(response, error.status, { error: error.code });
    return;
  }
  onError?.(error);
  response.destroy();
}

/** Resolves with the address. */
async function listening(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${(server.address() as AddressInfo).port}`;
}

type Answer = { readonly status: number; readonly body: object };

/** The same reference again returns the same label. */
function makeLabel(labels: Map<string, BookedLabel>, fields: Fields): Answer {
  const reference = textIn(fields, 'reference');
  const address = fields['address'] as Fields | undefined;
  const [city, country] = [textIn(address ?? {}, 'city'), textIn(address ?? {}, 'country')];
  if (country === noWhere) return { status: 422, body: { error: 'address_not_served' } };
  const known = labels.get(reference);
  if (known?.isVoid === true) return { status: 422, body: { error: 'label_void' } };
  const label = known ?? labelOf(reference, city, false);
  labels.set(reference, label);
  return { status: 200, body: { trackingNumber: label.trackingNumber } };
}

/** Also voids a label that was never made: it is barred. */
function voidLabel(labels: Map<string, BookedLabel>, reference: string): Answer {
  const label = labels.get(reference) ?? labelOf(reference, '', true);
  if (label.scans.length > 0) return { status: 422, body: { error: 'parcel_on_its_way' } };
  label.isVoid = true;
  labels.set(reference, label);
  return { status: 200, body: { voided: true } };
}

const labelOf = (reference: string, city: string, isVoid: boolean): BookedLabel => ({
  ...{ reference, city, isVoid, scans: [] },
  trackingNumber: trackingNumberOf(reference),
});
