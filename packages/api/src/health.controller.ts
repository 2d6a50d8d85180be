// For what watches the program: whether it runs, and whether it can do its work. And a word for who opens the address.
import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { DEPENDENCIES, type ApiDependencies } from './dependencies.js';

@Controller()
export class HealthController {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @Get()
  welcome(): string {
    return 'Holdfast. GraphQL is at /graphql, over HTTP POST and WebSocket (graphql-transport-ws).\n';
  }

  @Get('health/live')
  live() {
    return { status: 'ok' };
  }

  /** The log answers and every read model is being kept up. */
  @Get('health/ready')
  async ready() {
    const { store, projections } = this.dependencies;
    try {
      await store.end();
      const faulted = (await projections.status()).filter(({ state }) => state === 'FAULTED');
      if (faulted.length === 0) return { status: 'ok' };
    } catch {
      // the answer below says all that a stranger may know
    }
    throw new ServiceUnavailableException({ status: 'unavailable' });
  }
}
