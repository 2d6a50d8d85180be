// A caller that disconnects before it ended its request, in any way: no part of the request is carried out.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import persistent from '@eventstore/db-client/generated/persistent_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { largeEvents } from '../test/large-events.js';
import { type MeteredWire, openMeteredWire } from '../test/metered-wire.js';
import { type ServedLog, serveLog } from '../test/served-log.js';
import { streamIdentifier, uuid } from '../wire.js';

let log: ServedLog;
let client: EventStoreDBClient;

beforeAll(async () => {
  log = await serveLog();
  client = connect(log.port);
});
afterAll(async () => {
  await client.dispose();
  await log.dispose();
});

const connect = (port: number): EventStoreDBClient =>
  EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port}?tls=false`);
const newStream = (): string => `stream-${randomUUID()}`;
const credentials = { username: 'someone', password: 'something' };
const event = () => jsonEvent({ type: 'Counted', data: {} });

/** Sends requests of another client. Before the server replies to them, it has noticed that the first one disconnected. */
async function serverHasNoticed(): Promise<void> {
  for (let i = 0; i < 5; i++) await client.appendToStream(newStream(), event());
}

describe('a client that has sent only a part of an append', () => {
  type Case = { readonly wire: MeteredWire; readonly stream: string; readonly path: string };
  /** Begins the append and resolves when some of it has come to the server. */
  const begun = async ({ wire, stream, path }: Case) => {
    const dying = connect(wire.port);
    const append = dying.appendToStream(stream, largeEvents(), {
      batchAppendSize: 1000,
      ...(path === 'Append' && { credentials }),
    });
    const acknowledged = append.then(
      () => true,
      () => false,
    );
    await wire.sent(300_000);
    return { dying, acknowledged };
  };
  /** Each resolves with whether the append was acknowledged. */
  const ways: Readonly<Record<string, (of: Case) => Promise<boolean>>> = {
    'loses its connection': async (of) => {
      const { dying, acknowledged } = await begun(of);
      of.wire.cut();
      const told = await acknowledged;
      await dying.dispose();
      return told;
    },
    'is killed': async ({ wire, stream, path }) => {
      const program = fileURLToPath(new URL('../test/appending-process.js', import.meta.url));
      const url = `esdb://127.0.0.1:${wire.port}?tls=false`;
      const child = spawn(process.execPath, [program, url, stream, path], { stdio: 'inherit' });
      await wire.sent(300_000);
      child.kill('SIGKILL');
      expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
      return false;
    },
  };
  const paths = ['Append', 'BatchAppend'];
  const cases = Object.keys(ways).flatMap((way) => paths.map((path) => ({ way, path })));

  test.each(cases)('over $path and that $way › has appended nothing', async ({ way, path }) => {
    const wire = await openMeteredWire(log.port);
    const stream = newStream();
    expect(await ways[way]?.({ wire, stream, path })).toBe(false);
    await serverHasNoticed();
    expect(await log.store().readStream(stream)).toEqual([]);
    await wire.close();
  });

  // The Node client finishes its calls before it closes its connection; other clients break them off.
  test.each(paths)(
    'over %s and is disposed › has appended everything it got a reply for, and nothing else',
    async (path) => {
      const wire = await openMeteredWire(log.port);
      const stream = newStream();
      const { dying, acknowledged } = await begun({ wire, stream, path });
      await dying.dispose();
      const count = (await acknowledged) ? 5 : 0;
      await serverHasNoticed();
      expect(await log.store().readStream(stream)).toHaveLength(count);
      await wire.close();
    },
  );
});

/** A message as gRPC frames it: not compressed, its length, its bytes. */
const framed = (message: { serializeBinary(): Uint8Array }): Buffer => {
  const bytes = message.serializeBinary();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};

describe('a request that was not ended', () => {
  const { AppendReq, BatchAppendReq, DeleteReq, TombstoneReq } = streams;
  const any = new shared.Empty();
  /** Whole messages of a request, without its end. */
  const requests: Readonly<Record<string, (stream: string) => readonly Buffer[]>> = {
    'streams.Streams/Append': (stream) => [
      framed(
        new AppendReq().setOptions(
          new AppendReq.Options().setStreamIdentifier(streamIdentifier(stream)).setAny(any),
        ),
      ),
      ...Array.from({ length: 3 }, () => {
        const message = new AppendReq.ProposedMessage().setId(uuid(randomUUID(), 'text'));
        message.getMetadataMap().set('type', 'Counted').set('content-type', 'application/json');
        message.setData(Buffer.from('{}'));
        return framed(new AppendReq().setProposedMessage(message));
      }),
    ],
    'streams.Streams/BatchAppend': (stream) => {
      const correlation = uuid(randomUUID(), 'text');
      return Array.from({ length: 3 }, (_, n) => {
        const message = new BatchAppendReq.ProposedMessage().setId(uuid(randomUUID(), 'text'));
        message.getMetadataMap().set('type', 'Counted').set('content-type', 'application/json');
        const request = new BatchAppendReq().setCorrelationId(correlation).setProposedMessagesList([message]);
        if (n === 0) {
          const options = new BatchAppendReq.Options().setStreamIdentifier(streamIdentifier(stream));
          request.setOptions(options.setStreamPosition('0'));
        }
        return framed(request);
      });
    },
    'streams.Streams/Delete': (stream) => [
      framed(
        new DeleteReq().setOptions(
          new DeleteReq.Options().setStreamIdentifier(streamIdentifier(stream)).setAny(any),
        ),
      ),
    ],
    'streams.Streams/Tombstone': (stream) => [
      framed(
        new TombstoneReq().setOptions(
          new TombstoneReq.Options().setStreamIdentifier(streamIdentifier(stream)).setAny(any),
        ),
      ),
    ],
    'persistent_subscriptions.PersistentSubscriptions/Delete': (stream) => [
      framed(
        new persistent.DeleteReq().setOptions(
          new persistent.DeleteReq.Options()
            .setStreamIdentifier(streamIdentifier(stream))
            .setGroupName('group'),
        ),
      ),
    ],
  };
  type Caller = {
    readonly socket: net.Socket;
    readonly session: http2.ClientHttp2Session;
    readonly call: http2.ClientHttp2Stream;
  };
  const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = http2.constants;
  const ways: Readonly<Record<string, (caller: Caller) => void>> = {
    'cancels its call': ({ call }) => {
      call.close(NGHTTP2_CANCEL);
    },
    'resets its stream with an error': ({ call }) => {
      call.close(NGHTTP2_INTERNAL_ERROR);
    },
    'resets its stream without an error': ({ call }) => {
      call.close(NGHTTP2_NO_ERROR);
    },
    'says GOAWAY and goes': ({ session }) => {
      session.destroy(undefined, NGHTTP2_CANCEL);
    },
    'loses its connection': ({ socket }) => {
      socket.destroy();
    },
    'ends its connection': ({ socket }) => {
      socket.end();
    },
  };
  const request = (name: string): Caller => {
    const socket = net.connect(log.port, '127.0.0.1');
    const session = http2.connect(`http://127.0.0.1:${log.port}`, { createConnection: () => socket });
    session.on('error', () => undefined);
    const call = session.request({
      ':method': 'POST',
      ':path': `/event_store.client.${name}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    call.on('error', () => undefined);
    return { socket, session, call };
  };
  const cases = Object.keys(requests).flatMap((name) => Object.keys(ways).map((way) => ({ name, way })));

  test.each(cases)('to $name, whose caller $way › does nothing', async ({ name, way }) => {
    const stream = newStream();
    await client.appendToStream(stream, event());
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });
    await client.createPersistentSubscriptionToStream(stream, 'group', settings);
    const before = log.store().end();

    const { socket, session, call } = request(name);
    const written = (requests[name]?.(stream) ?? []).map(
      (message) => new Promise((resolve) => call.write(message, resolve)),
    );
    await Promise.all(written);
    const gone = new Promise((resolve) => call.on('close', resolve));
    ways[way]?.({ socket, session, call });
    await gone;
    expect(log.store().end()).toEqual(before);

    await serverHasNoticed();
    expect(await log.store().readStream(stream)).toHaveLength(1);
    expect(await client.getPersistentSubscriptionToStreamInfo(stream, 'group')).toBeDefined();
    let shown = 0;
    for await (const one of client.readStream(stream)) shown += Number(one.event !== undefined);
    expect(shown).toBe(1);
    session.destroy();
  });

  test.each(Object.keys(ways))(
    'to consume a group, whose caller %s with an event in hand › leaves the event to the next consumer',
    async (way) => {
      const stream = newStream();
      await client.appendToStream(stream, event());
      const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });
      await client.createPersistentSubscriptionToStream(stream, 'group', settings);
      const { socket, session, call } = request('persistent_subscriptions.PersistentSubscriptions/Read');
      const { Options } = persistent.ReadReq;
      const options = new Options()
        .setStreamIdentifier(streamIdentifier(stream))
        .setGroupName('group')
        .setBufferSize(10)
        .setUuidOption(new Options.UUIDOption().setString(any));
      call.write(framed(new persistent.ReadReq().setOptions(options)));
      let received = '';
      await new Promise<void>((resolve) => {
        call.on('data', (bytes: Buffer) => {
          received += bytes.toString('latin1');
          if (received.includes('Counted')) resolve();
        });
      });
      const before = log.store().end();
      const gone = new Promise((resolve) => call.on('close', resolve));
      ways[way]?.({ socket, session, call });
      await gone;
      const next = client.subscribeToPersistentSubscriptionToStream(stream, 'group');
      for await (const { event: of } of next) {
        expect(of?.streamId).toBe(stream);
        break;
      }
      await next.unsubscribe();
      expect(log.store().end()).toEqual(before);
      session.destroy();
    },
  );
});
