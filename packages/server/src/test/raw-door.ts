// An HTTP address for specs that receives webhooks as raw bytes, and keeps the outcome of each.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookDoor, WebhookOutcome } from '@holdfast/api';

export async function openRawDoor() {
  const outcomes: WebhookOutcome[] = [];
  let receive: WebhookDoor | null = null;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        const { outcome } = (await receive?.(Buffer.concat(chunks), request.headers)) ?? {
          outcome: 'unavailable' as const,
        };
        outcomes.push(outcome);
        const isTaken = outcome !== 'refused' && outcome !== 'unavailable';
        response.writeHead(isTaken ? 200 : 400).end();
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/carrier`,
    outcomes,
    open: (door: WebhookDoor) => {
      receive = door;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
