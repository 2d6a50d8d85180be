// The front door of the API.
export { createApi, type Api } from './api.js';
export { CommandMessage, createCommandBus } from './commands/command-bus.js';
export type { ApiDependencies, ApiSettings, CommandBusDependencies } from './dependencies.js';
export type { Logger } from './telemetry/logger.js';
export { commandIdOf, fingerprintOf, orderIdOf } from './commands/derivations.js';
export { placeOrderCommand, placeOrderInput, withHistory } from './orders/place-order.js';
export { AnotherEmailKey } from './people/emails.js';
export type { NewPerson, People, User } from './people/people.js';
export type { Limits } from './people/rate-limits.js';
export { carrierWebhooksPath, webhooksPath, type WebhookDoor, type WebhookOutcome } from './http/webhooks.js';
export { createProbes, type ProbeDependencies, type Probes } from './http/probes.js';
export { openTelemetry, type Telemetry } from './telemetry/telemetry.js';
export type { Cards, GatewayBooks } from './payments/cards.js';
export { noInstruments, type Instruments } from './telemetry/instruments.js';
export { auditEntryOf, chainedAction } from './operations/audit/chain.js';
export { reconcile, type ReconciliationReport } from './operations/reconciliation/reconciliation.js';
export type { AnyProcess } from './operations/what-if/fork.js';
export { bulkRuns } from './operations/parked/bulk-runs.js';
