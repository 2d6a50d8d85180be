// What the API is given by the composition root: ports and loops, never an adapter.
import type { EventStore } from '@holdfast/event-store';
import type { Environment } from '@holdfast/kernel';
import type { CommandHandler, Feed, ParkedEvents, Projections } from '@holdfast/runtime';
import type { Logger } from './logger.js';
import type { SocketLimits } from './live/limits.js';
import type { Limits } from './people/rate-limits.js';
import type { Standing } from './telemetry/metrics.js';
import type { Telemetry } from './telemetry/telemetry.js';

export type CommandBusDependencies = {
  readonly store: EventStore;
  readonly commands: CommandHandler;
  readonly logger?: Logger;
};

export type ApiSettings = {
  readonly host: string;
  /** 0 for any free one */
  readonly port: number;
  /** signs access tokens (HS256); at least 32 characters */
  readonly jwtSecret: string;
  /** turns introspection off */
  readonly production: boolean;
  readonly limits?: Partial<Limits>;
  readonly sockets?: Partial<SocketLimits>;
  /** how long a request may take to arrive, headers and body; 30 s unless given */
  readonly requestMs?: number;
  /**
   * Proxies that say truly for whom they ask: addresses, CIDR ranges, or `loopback`, `linklocal`, `uniquelocal`. From
   * everyone else `X-Forwarded-For` is ignored. None unless given.
   */
  readonly trustedProxies?: readonly string[];
  /** how long an operation may take; 10 s unless given */
  readonly operationMs?: number;
  /** what whoever reads /metrics has to present; null: nothing, as long as only this machine can reach it */
  readonly metricsToken?: string | null;
};

export type ApiDependencies = CommandBusDependencies & {
  readonly projections: Projections;
  readonly parked: ParkedEvents;
  readonly feed: Feed;
  readonly environment: Environment;
  readonly settings: ApiSettings;
  readonly logger: Logger;
  /** metrics of its own unless given */
  readonly telemetry?: Telemetry;
  /** the checkout, where it runs in this process */
  readonly process?: Standing['process'];
};

/** Injection token of the `ApiDependencies`. */
export const DEPENDENCIES = Symbol('dependencies');
