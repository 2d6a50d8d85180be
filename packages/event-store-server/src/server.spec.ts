// The server beside its streams: cluster addresses, health checks, and calls that it does not support.
import { expect, test } from '@jest/globals';
import { EventStoreDBClient } from '@eventstore/db-client';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import { gossipServer } from './features.js';
import { nodeEnvironment } from './test/node-environment.js';
import { event, newStream, serveForSpecs } from './test/official-client.js';

const served = serveForSpecs();

test('a call that is not supported › is refused as unimplemented', async () => {
  await expect(served.client.createProjection('p', 'fromAll()')).rejects.toMatchObject({ code: 12 });
});

test('a cluster address › finds the one member', async () => {
  const seed = `127.0.0.1:${served.log.port}`;
  const other = EventStoreDBClient.connectionString(`esdb://${seed},${seed}?tls=false`);
  expect(await other.appendToStream(newStream(), event())).toMatchObject({ success: true });
  await other.dispose();
});

test('a server that listens on every address › returns to a cluster client the address that the client used', async () => {
  const handlers = gossipServer(nodeEnvironment(), () => ({ host: '0.0.0.0', port: 2113 }));
  const cluster = await new Promise<ClusterInfo | null | undefined>((resolve) => {
    const call = { getHost: () => 'events.example:2113' } as unknown as Parameters<typeof handlers.read>[0];
    handlers.read(call, (_, answer) => {
      resolve(answer);
    });
  });
  const member = cluster?.getMembersList()[0]?.getHttpEndPoint();
  expect([member?.getAddress(), member?.getPort()]).toEqual(['events.example', 2113]);
});

test('the health checks of HTTP/1.1 › are served on the same port', async () => {
  expect((await fetch(`http://127.0.0.1:${served.log.port}/ping`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${served.log.port}/health/live`)).status).toBe(204);
  expect((await fetch(`http://127.0.0.1:${served.log.port}/web/index.html`)).status).toBe(404);
});
