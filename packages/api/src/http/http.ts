// HTTP as every role of the program serves it: bounded, with headers that let nothing run, and a correlation id each.
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Ids } from '@holdfast/kernel';
import type { FastifyInstance } from 'fastify';

const maxConnections = 10_000;
const maxBodyBytes = 256 * 1024;
/** How often Node checks a request while it arrives. */
const checksPerRequest = 20;
/** The longest time for a request to arrive, headers and body. Carrying it out may take longer. */
const longestRequestMs = 30_000;

export type HttpOptions = {
  readonly ids: Ids;
  /** called before the routes are made */
  readonly prepare?: (fastify: FastifyInstance) => void;
  readonly trustedProxies?: readonly string[];
  readonly requestMs?: number;
};

/** Responses are JSON and lines of text: nothing in them may run, be framed, or have its type guessed. */
const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** A module of Nest behind HTTP, not listening yet. */
export async function createHttp(
  module: Type,
  { ids, prepare, trustedProxies = [], requestMs = longestRequestMs }: HttpOptions,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: requestMs,
    // Node looks for late requests every 30 s by default, which would let them live for up to twice their time.
    http: { headersTimeout: requestMs, connectionsCheckingInterval: Math.ceil(requestMs / checksPerRequest) },
    connectionTimeout: 2 * requestMs,
    genReqId: () => ids.next(),
    trustProxy: trustedProxies.length === 0 ? false : proxyAddr.compile([...trustedProxies]),
    forceCloseConnections: 'idle',
  });
  const fastify: FastifyInstance = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers({ ...securityHeaders, 'x-correlation-id': request.id });
    // HTTP/1.0 has no Host header, and gateways still speak it when they ask whether we are well.
    if (request.raw.httpVersion === '1.0') request.raw.headers.host ??= 'localhost';
    // Everything behind this makes a URL of it.
    if (URL.canParse(request.url, `http://${request.hostname}/`)) done();
    else void reply.code(400).send({ statusCode: 400, error: 'Bad Request', message: 'Host: not a host' });
  });
  prepare?.(fastify);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are plain
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    abortOnError: false,
    // Fastify's own parser takes JSON. Nest's would take forms too, which any other site can send.
    bodyParser: false,
  });
  await app.init();
  app.getHttpServer().maxConnections = maxConnections;
  return app;
}

/** The caller's address at a WebSocket, where Fastify does not tell it. */
export const addressOf = (request: IncomingMessage, trustedProxies: readonly string[] = []): string =>
  proxyAddr(request, [...trustedProxies]);

/** The origin of an app that listens. */
export function originOf(app: NestFastifyApplication, host: string): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
