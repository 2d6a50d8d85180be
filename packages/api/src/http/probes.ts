// The routes for monitoring, the same in every role. A role without GraphQL serves nothing else.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import type { ApiDependencies, ApiSettings } from '../dependencies.js';
import { createHealth } from './health.js';
import { HEALTH, HealthController, METRICS, MetricsController } from './health.controller.js';
import { createHttp, originOf } from './http.js';
import type { Telemetry } from '../telemetry/telemetry.js';

export type ProbeDependencies = Pick<
  ApiDependencies,
  'store' | 'projections' | 'environment' | 'processes' | 'reactors'
> & {
  readonly telemetry: Telemetry;
  readonly settings: Pick<ApiSettings, 'host' | 'port' | 'metricsToken'>;
};

/** `/health/live`, `/health/ready` and `/metrics`, as parts of a module. */
export function probesOf(dependencies: ProbeDependencies) {
  const { settings, telemetry } = dependencies;
  const health = createHealth(dependencies);
  telemetry.metrics.watch({ ...dependencies, health });
  return {
    health,
    controllers: [HealthController, MetricsController],
    providers: [
      { provide: HEALTH, useValue: health },
      { provide: METRICS, useValue: { metrics: telemetry.metrics, settings } },
    ],
  };
}

export type Probes = {
  listen(): Promise<void>;
  /** Returns its URL, once it listens. */
  url(): string;
  close(): Promise<void>;
};

export async function createProbes(dependencies: ProbeDependencies): Promise<Probes> {
  const { settings, environment } = dependencies;
  const { health, controllers, providers } = probesOf(dependencies);
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a module of Nest is a class
  class ProbesModule {}
  Module({ controllers, providers })(ProbesModule);
  const app = await createHttp(ProbesModule, { ids: environment.ids });
  return {
    async listen() {
      await app.listen(settings.port, settings.host);
    },
    url: () => originOf(app, settings.host),
    async close() {
      health.stopping();
      await app.close();
    },
  };
}
