// The settings to reach Kafka, and the options that all clients share.
import type { BaseOptions } from '@platformatic/kafka';

export type Sasl = {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
};

/** PEM texts; a certificate and key of our own only where the brokers ask for them. */
export type Tls = { readonly ca?: string; readonly cert?: string; readonly key?: string };

export type KafkaSettings = {
  /** `host:port` */
  readonly brokers: readonly string[];
  /** null: connections are not encrypted */
  readonly tls: Tls | null;
  readonly sasl: Sasl | null;
};

/** Time limit of one request to a broker. An abandoned transaction is also aborted after this time. */
export const requestMs = 10_000;

/** Between two tries of a client. */
export const retryMs = 200;

/** Few retries inside a client, so that failures are reported and a new client is made. */
export const clientOptions = ({ brokers, tls, sasl }: KafkaSettings, clientId: string): BaseOptions => ({
  clientId,
  bootstrapBrokers: [...brokers],
  timeout: requestMs,
  requestTimeout: requestMs,
  connectTimeout: 5_000,
  retries: 2,
  retryDelay: retryMs,
  ...(tls !== null && { tls: { ...tls } }),
  ...(sasl !== null && { sasl: { ...sasl } }),
});
