// Liveness, readiness and metrics, for monitoring; and a line of text at `/`.
import { timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { Controller, Get, Header, Headers, Inject, NotFoundException, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ApiSettings } from '../dependencies.js';
import { tokenDigestOf } from '../commands/derivations.js';
import type { Health, Readiness } from './health.js';
import type { Metrics } from '../telemetry/metrics.js';

/** Injection tokens. */
export const HEALTH = Symbol('health');
export const METRICS = Symbol('metrics');

type Guard = Pick<ApiSettings, 'host' | 'metricsToken'>;

@Controller()
export class WelcomeController {
  @Get()
  welcome(): string {
    const graphql = 'GraphQL is at /graphql, over HTTP POST and WebSocket (graphql-transport-ws)';
    return `Holdfast. ${graphql}; REST is described at /openapi.json.\n`;
  }
}

@Controller()
export class HealthController {
  constructor(@Inject(HEALTH) private readonly health: Health) {}

  /** Green as long as the process can respond. When a store is down, restarting this process would not help. */
  @Get('health/live')
  live() {
    return { status: 'ok' };
  }

  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.health.readiness();
    void reply.code(readiness.status === 'ok' ? 200 : 503);
    return readiness;
  }
}

@Controller()
export class MetricsController {
  constructor(
    @Inject(METRICS) private readonly given: { readonly metrics: Metrics; readonly settings: Guard },
  ) {}

  /** Metrics reveal the shop's business, so a request without the token gets 404. */
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(@Headers('authorization') authorization: string | undefined): Promise<string> {
    const { metrics, settings } = this.given;
    if (!mayRead(settings, authorization)) throw new NotFoundException();
    return metrics.text();
  }
}

function mayRead({ metricsToken = null, host }: Guard, authorization: string | undefined): boolean {
  if (metricsToken === null) return isLoopback(host);
  const digest = (text: string): Buffer => Buffer.from(tokenDigestOf(text));
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${metricsToken}`));
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
