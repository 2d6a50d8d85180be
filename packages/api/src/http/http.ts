// The HTTP server that every role of the program uses: with limits, security headers, and a correlation id per request.
import { maxHeaderSize, STATUS_CODES, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Ids } from '@holdfast/kernel';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const maxConnections = 10_000;
const maxBodyBytes = 256 * 1024;
/** How often Node checks a request while it arrives. */
const checksPerRequest = 20;
/** The longest time in which a request must arrive, headers and body. Carrying it out may take longer. */
const longestRequestMs = 30_000;

export type HttpOptions = {
  readonly ids: Ids;
  /** called before the routes are made */
  readonly prepare?: (fastify: FastifyInstance) => void;
  readonly trustedProxies?: readonly string[];
  readonly requestMs?: number;
};

/** Responses are JSON or lines of text: browsers must not run or frame them, or guess another type. */
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
    // By default Node checks every 30 s, so a late request could last up to twice its limit.
    http: { headersTimeout: requestMs, connectionsCheckingInterval: Math.ceil(requestMs / checksPerRequest) },
    connectionTimeout: 2 * requestMs,
    genReqId: () => ids.next(),
    trustProxy: trustedProxies.length === 0 ? false : proxyAddr.compile([...trustedProxies]),
    forceCloseConnections: 'idle',
    // The routes themselves refuse an id of any length. The limit of the router would end in a response without their shape.
    routerOptions: { maxParamLength: maxHeaderSize },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const { statusCode = 400 } = error;
      void reply.headers({ ...securityHeaders, 'x-correlation-id': request.id }).code(statusCode);
      void reply.send({ statusCode, error: STATUS_CODES[statusCode], message: 'Not a valid address' });
    },
  });
  const fastify: FastifyInstance = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers({ ...securityHeaders, 'x-correlation-id': request.id });
    // HTTP/1.0 has no Host header, and gateways still use it for health checks.
    if (request.raw.httpVersion === '1.0') request.raw.headers.host ??= 'localhost';
    // Later code parses this header as a part of a URL.
    if (URL.canParse(request.url, `http://${request.hostname}/`)) done();
    else void reply.code(400).send({ statusCode: 400, error: 'Bad Request', message: 'Host: not a host' });
  });
  prepare?.(fastify);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are plain
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    abortOnError: false,
    // Fastify's own parser accepts JSON only. Nest's accepts forms as well, which any other site can send.
    bodyParser: false,
  });
  await app.init();
  app.getHttpServer().maxConnections = maxConnections;
  return app;
}

/** The caller's address at a WebSocket, for which Fastify does not compute it. */
export const addressOf = (request: IncomingMessage, trustedProxies: readonly string[] = []): string =>
  proxyAddr(request, [...trustedProxies]);

/** The origin of an app that is listening. */
export function originOf(app: NestFastifyApplication, host: string): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
