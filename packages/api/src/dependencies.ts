// The dependencies of the API, which the composition root passes in: ports and loops, never an adapter.
import type { EventStore } from '@holdfast/event-store';
import type { Environment, Position } from '@holdfast/kernel';
import type { CheckoutDefinition, Coordination, StatusVocabulary, StockKeeper } from '@holdfast/ordering';
import type { CommandHandler, Feed, Lag, ParkedEvents, Projections } from '@holdfast/runtime';
import type { Logger } from './telemetry/logger.js';
import type { AnyProcess } from './operations/what-if/fork.js';
import type { Cards } from './payments/cards.js';
import type { WebhookDoor } from './http/webhooks.js';
import type { SocketLimits } from './live/limits.js';
import type { Limits } from './people/rate-limits.js';
import type { BridgeModes, WatchedParts } from './telemetry/gauges.js';
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
  /** earlier secrets, whose tokens are still accepted; none unless given */
  readonly previousJwtSecrets?: readonly string[];
  /** The key by which e-mail addresses are found; `jwtSecret` unless given. */
  readonly emailKey?: string;
  /** Whether other processes register people in the same log; false unless given. */
  readonly sharesLog?: boolean;
  /** turns introspection off, except for staff where `consoleApi` is set */
  readonly production: boolean;
  /** Whether customers can deposit and withdraw freely. Unless given, only outside production. */
  readonly freeDeposits?: boolean;
  /** The most that SUPPORT may credit to a wallet at once, in minor units; 50,000 unless given. */
  readonly supportCreditLimit?: number;
  /** The most that SUPPORT may refund at once, in minor units; without limit unless given. */
  readonly supportRefundLimit?: number;
  /** The most orders of one customer that wait for payment, counted in this process; 50 unless given. */
  readonly maxUnpaidOrders?: number;
  /** how long a reservation is extended; 15 min unless given */
  readonly reservationTtlMs?: number;
  /** the definition of orders that name none; `stock-first` unless given */
  readonly checkoutDefinition?: CheckoutDefinition;
  /** Name and address of the shop on its invoices, a line each; Holdfast unless given. */
  readonly seller?: string;
  /** Number of cards that a customer may try for one order; 1 unless given. */
  readonly paymentAttempts?: number;
  /** the coordination of orders that name none; `ORCHESTRATION` unless given */
  readonly coordination?: Coordination;
  /** the keeper of the stock of choreographed orders; `OWN` unless given */
  readonly stockKeeper?: StockKeeper;
  /** the words for an order's status over REST, for requests that ask for none; `CANONICAL` unless given */
  readonly statusVocabulary?: StatusVocabulary;
  /** Addresses of an event in other tools, by the name of the tool; see `links.ts`. None unless given. */
  readonly links?: Readonly<Record<string, string>>;
  /** Whether the console has a page for queries; staff may then read the schema. Unless given, only outside production. */
  readonly consoleApi?: boolean;
  readonly limits?: Partial<Limits>;
  readonly sockets?: Partial<SocketLimits>;
  /** how long a request may take to arrive, headers and body; 30 s unless given */
  readonly requestMs?: number;
  /**
   * Proxies whose `X-Forwarded-For` header is trusted: addresses, CIDR ranges, or `loopback`, `linklocal`, `uniquelocal`.
   * The header of any other sender is ignored. None unless given.
   */
  readonly trustedProxies?: readonly string[];
  /** how many mutations may be under way at once, of all callers; 4,000 unless given */
  readonly mutationsAtOnce?: number;
  /** how long an operation may take; 10 s unless given */
  readonly operationMs?: number;
  /** The folder with the built storefront and console; no pages unless given. */
  readonly pages?: string;
  /** The token that /metrics requires; null for no token, which is allowed on a loopback host only. */
  readonly metricsToken?: string | null;
};

export type ApiDependencies = CommandBusDependencies & {
  readonly projections: Projections;
  readonly parked: ParkedEvents;
  readonly feed: Feed;
  readonly environment: Environment;
  readonly settings: ApiSettings;
  readonly logger: Logger;
  /** null, or not given: cards are not accepted, and there is no route for webhooks */
  readonly cards?: Cards | null;
  /** Handles webhooks of the carrier; without it there is no route for them. */
  readonly carrierWebhooks?: WebhookDoor | null;
  /** metrics of its own unless given */
  readonly telemetry?: Telemetry;
  readonly processes?: WatchedParts['processes'];
  /** The process managers, for what-if; without them an order makes no progress in a fork. */
  readonly managers?: readonly AnyProcess[];
  readonly reactors?: WatchedParts['reactors'];
  /** Returns the progress of the bridge to Kafka; null when no bridge has ever run. Without it there is no bridge. */
  readonly bridge?: (this: void) => Promise<BridgeState | null>;
};

/** The bridge to Kafka. `position`: every event up to here is published, parked, or of no topic. */
export type BridgeState = Lag & {
  readonly position: Position;
  /** Whether this process runs it. Only then are `publishes` and `problem` known. */
  readonly runsHere: boolean;
  readonly publishes: BridgeModes | null;
  /** why publishing failed last; null when it has succeeded since */
  readonly problem: {
    readonly fault: 'certificate' | 'password' | 'connection' | 'registry' | 'other';
    readonly message: string;
  } | null;
};

/** Injection token of the `ApiDependencies`. */
export const DEPENDENCIES = Symbol('dependencies');
