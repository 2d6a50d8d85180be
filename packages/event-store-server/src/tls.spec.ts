// The protocol server with a certificate: it serves clients that trust it, and no others.
import { expect, test } from '@jest/globals';
import { EventStoreDBClient, jsonEvent, type Position } from '@eventstore/db-client';
import { certificate } from './test/certificate.js';
import { serveLog } from './test/served-log.js';

test('with a certificate › clients that trust it are served, others and unencrypted ones are not', async () => {
  const log = await serveLog({ tls: certificate });
  const trusting = new EventStoreDBClient(
    { endpoint: { address: 'localhost', port: log.port } },
    { rootCertificate: Buffer.from(certificate.cert) },
  );
  const event = jsonEvent({ type: 'Encrypted', data: {} });
  const { position } = await trusting.appendToStream('secret-1', event);
  expect((position as Position).commit).toBe(0n);
  for (const tls of ['true', 'false']) {
    const other = EventStoreDBClient.connectionString(`esdb://localhost:${log.port}?tls=${tls}`);
    await expect(other.appendToStream('secret-1', event)).rejects.toMatchObject({ code: 14 });
    await other.dispose();
  }
  await trusting.dispose();
  await log.dispose();
});
