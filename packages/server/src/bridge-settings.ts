// The settings of the bridge to Kafka. Without KAFKA_BROKERS there is no bridge, and nothing else needs one.
// Types alone: the client of Kafka is loaded where there is a bridge.
import type { Alias, BridgeSettings } from '@holdfast/bridge';
import { z } from 'zod';

const aliases: Readonly<Record<Alias, true>> = {
  'orders.created': true,
  'inventory.reserved': true,
  'payments.success': true,
  'payments.failed': true,
};
const isAlias = (name: string): name is Alias => Object.hasOwn(aliases, name);

const listOf = (text: string): readonly string[] => text.split(',').map((part) => part.trim());

/** Parts of the whole schema of settings. */
export const bridgeVariables = {
  KAFKA_BROKERS: z
    .string()
    .transform(listOf)
    .pipe(z.array(z.string().regex(/^[^\s:]+:\d{1,5}$/, 'is a list of host:port, with commas')).min(1))
    .optional(),
  KAFKA_TLS: z
    .enum(['true', 'false', '1', '0'])
    .transform((text) => text === 'true' || text === '1')
    .default(false),
  KAFKA_SASL_MECHANISM: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).optional(),
  KAFKA_USERNAME: z.string().min(1).optional(),
  KAFKA_PASSWORD: z.string().min(1).optional(),
  KAFKA_DELIVERY: z.enum(['at-least-once', 'exactly-once']).default('at-least-once'),
  KAFKA_START: z.enum(['beginning', 'now']).default('beginning'),
  KAFKA_FORMAT: z.enum(['json', 'avro']).default('json'),
  KAFKA_ALIASES: z
    .string()
    .transform(listOf)
    .pipe(z.array(z.string().refine(isAlias, `has none of ${Object.keys(aliases).join(', ')}`)))
    .default([]),
  KAFKA_COMMANDS_TOPIC: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,200}$/, 'is no name of a topic')
    .optional(),
  KAFKA_BRIDGE_NAME: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is 1 to 64 letters, digits, . _ and -')
    .optional(),
  SCHEMA_REGISTRY_URL: z.url({ protocol: /^https?$/ }).optional(),
};

type BridgeVariables = z.output<z.ZodObject<typeof bridgeVariables>>;

/** Reports settings of security that are incomplete, or given without brokers. */
export function checkBridge(
  settings: BridgeVariables & { readonly STOCK_KEEPER: 'own' | 'outside' },
  issue: (name: string, message: string) => void,
): void {
  const { KAFKA_BROKERS, KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD } = settings;
  const isSasl = KAFKA_SASL_MECHANISM !== undefined;
  if (isSasl && KAFKA_USERNAME === undefined) issue('KAFKA_USERNAME', 'is needed with KAFKA_SASL_MECHANISM');
  if (isSasl && KAFKA_PASSWORD === undefined) issue('KAFKA_PASSWORD', 'is needed with KAFKA_SASL_MECHANISM');
  if (!isSasl && (KAFKA_USERNAME !== undefined || KAFKA_PASSWORD !== undefined))
    issue('KAFKA_SASL_MECHANISM', 'is needed with KAFKA_USERNAME and KAFKA_PASSWORD');
  if (settings.STOCK_KEEPER === 'outside' && settings.KAFKA_COMMANDS_TOPIC === undefined)
    issue('STOCK_KEEPER', 'outside answers over Kafka: needs KAFKA_COMMANDS_TOPIC');
  if (KAFKA_BROKERS !== undefined) return;
  for (const name of ['KAFKA_COMMANDS_TOPIC', 'SCHEMA_REGISTRY_URL'] as const)
    if (settings[name] !== undefined) issue(name, 'is for the bridge: needs KAFKA_BROKERS');
}

/** Returns null without brokers. `streamPrefix` keeps shops apart that share a log, and so also on one Kafka. */
export function bridgeOf(settings: BridgeVariables, streamPrefix: string): BridgeSettings | null {
  const { KAFKA_BROKERS: brokers, KAFKA_SASL_MECHANISM: mechanism } = settings;
  if (brokers === undefined) return null;
  return {
    brokers,
    tls: settings.KAFKA_TLS ? {} : null,
    sasl:
      mechanism === undefined
        ? null
        : { mechanism, username: settings.KAFKA_USERNAME ?? '', password: settings.KAFKA_PASSWORD ?? '' },
    mode: settings.KAFKA_DELIVERY,
    start: settings.KAFKA_START,
    format: settings.KAFKA_FORMAT,
    registryUrl: settings.SCHEMA_REGISTRY_URL ?? null,
    aliases: settings.KAFKA_ALIASES,
    commandsTopic: settings.KAFKA_COMMANDS_TOPIC ?? null,
    name: settings.KAFKA_BRIDGE_NAME ?? `${streamPrefix}holdfast-bridge`,
  };
}
