// The routes for webhooks of the card gateway and of the carrier. They pass the raw bytes on, because signatures are made
// of the raw bytes.
import type { Scheduler } from '@holdfast/kernel';
import type { FastifyInstance } from 'fastify';
import { bounded } from '../telemetry/bounded.js';

/** The outcome of a webhook. After `unavailable` the gateway sends the webhook again. */
export type WebhookOutcome = 'received' | 'repeated' | 'irrelevant' | 'refused' | 'unavailable';

/** `body`: byte for byte as it came over the wire. Checks the signature before anything else. */
export type WebhookDoor = (
  body: Uint8Array,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
) => Promise<{ readonly outcome: WebhookOutcome; readonly message: string }>;

export const webhooksPath = '/webhooks/payments';
export const carrierWebhooksPath = '/webhooks/carrier';

/** Far more than a gateway sends. */
const maxBodyBytes = 128 * 1024;
/** Below the time that any gateway waits for a reply. */
const longestMs = 8_000;

const statuses: Readonly<Record<WebhookOutcome, number>> = {
  received: 200,
  repeated: 200,
  irrelevant: 200,
  refused: 400,
  unavailable: 503,
};

export function serveWebhooks(
  fastify: FastifyInstance,
  { path, door }: { readonly path: string; readonly door: WebhookDoor },
  scheduler: Scheduler,
  counted: (outcome: WebhookOutcome) => void,
): void {
  const receive: WebhookDoor = (body, headers) =>
    bounded(scheduler, longestMs, () => door(body, headers)).catch(() => ({
      outcome: 'unavailable',
      message: 'try again',
    }));
  // A scope of its own, so that every other route still parses its body.
  void fastify.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );
    scope.post(path, async ({ body, headers }, reply) => {
      const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const { outcome, message } = await receive(raw, headers);
      counted(outcome);
      return reply.code(statuses[outcome]).type('text/plain').send(`${message}\n`);
    });
    done();
  });
}
