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
/** for a request to arrive; what it waits for may take longer */
const requestTimeoutMs = 30_000;

/** Answers JSON and lines of text, so nothing may run, be framed, or be guessed at. */
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
  ids: Ids,
  prepare: (fastify: FastifyInstance) => void = () => undefined,
  trustedProxies: readonly string[] = [],
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: 2 * requestTimeoutMs,
    genReqId: () => ids.next(),
    trustProxy: trustedProxies.length === 0 ? false : proxyAddr.compile([...trustedProxies]),
    forceCloseConnections: 'idle',
  });
  const fastify: FastifyInstance = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers({ ...securityHeaders, 'x-correlation-id': request.id });
    done();
  });
  prepare(fastify);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are plain
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    abortOnError: false,
  });
  await app.init();
  app.getHttpServer().maxConnections = maxConnections;
  return app;
}

/** Whose request it is, where Fastify does not say so: at a WebSocket. */
export const addressOf = (request: IncomingMessage, trustedProxies: readonly string[] = []): string =>
  proxyAddr(request, [...trustedProxies]);

/** Of one that listens. */
export function originOf(app: NestFastifyApplication, host: string): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
