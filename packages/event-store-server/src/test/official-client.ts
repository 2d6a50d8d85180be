// The official client on a log that is served for one spec file, and the events and reads that such specs share.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { EventStoreDBClient, jsonEvent, type ResolvedEvent } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { credentials } from '@grpc/grpc-js';
import { type ServedLog, serveLog } from './served-log.js';

export type ServedClient = {
  readonly log: ServedLog;
  readonly client: EventStoreDBClient;
  /** the generated client, for fields that the official one does not send or show */
  readonly raw: StreamsClient;
  read(stream: string, options?: ReadOptions): Promise<ResolvedEvent[]>;
  /** revisions of the events that a read returns */
  revisions(stream: string, options?: ReadOptions): Promise<number[]>;
  /** Stops the server, starts it again on the same log, and connects anew. */
  restart(): Promise<void>;
};

type ReadOptions = Parameters<EventStoreDBClient['readStream']>[1];

/** Serves a log before all specs of the file, and stops serving it after them. The fields are there from the first spec on. */
export function serveForSpecs(options: Parameters<typeof serveLog>[0] = {}): ServedClient {
  const open: { log?: ServedLog; client?: EventStoreDBClient; raw?: StreamsClient } = {};
  const connect = ({ port }: ServedLog): void => {
    open.client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port}?tls=false`);
    open.raw = new StreamsClient(`127.0.0.1:${port}`, credentials.createInsecure());
  };
  const disconnect = async (): Promise<void> => {
    open.raw?.close();
    await open.client?.dispose();
  };
  beforeAll(async () => {
    open.log = await serveLog(options);
    connect(open.log);
  });
  afterAll(async () => {
    await disconnect();
    await open.log?.dispose();
  });
  const read: ServedClient['read'] = async (stream, how) => {
    const all: ResolvedEvent[] = [];
    for await (const one of present(open.client).readStream(stream, how)) all.push(one);
    return all;
  };
  return {
    get log() {
      return present(open.log);
    },
    get client() {
      return present(open.client);
    },
    get raw() {
      return present(open.raw);
    },
    read,
    revisions: async (stream, how) => (await read(stream, how)).map(({ event }) => Number(event?.revision)),
    async restart() {
      const log = present(open.log);
      await disconnect();
      await log.stop();
      await log.start();
      connect(log);
    },
  };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the log is served from the first spec on, and not before');
  return value;
}

export const event = (n = 0, type = 'Counted') => jsonEvent({ type, data: { n } });
export const events = (count: number, type?: string) =>
  Array.from({ length: count }, (_, n) => event(n, type));
export const newStream = (): string => `stream-${randomUUID()}`;
/** With these the client sends Append instead of BatchAppend. */
export const userCredentials = { username: 'someone', password: 'something' };
