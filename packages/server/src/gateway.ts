// Serves the simulated card gateway by itself, to try a shop with it.
import { openSimulatedGateway, type SimulatedGateway } from '@holdfast/gateways';
import type { Environment } from '@holdfast/kernel';
import { knownGatewaySecrets } from './card-settings.js';

export type GatewayFlags = {
  readonly port: number;
  readonly host: string;
  readonly webhooksTo?: string;
};

/** `GATEWAY_API_KEY` and `GATEWAY_WEBHOOK_SECRET` are those of its shop. */
export function serveGateway(
  { port, host, webhooksTo }: GatewayFlags,
  variables: Readonly<Record<string, string | undefined>>,
  environment: Environment,
  onError: (error: unknown) => void,
): Promise<SimulatedGateway> {
  const secret = variables['GATEWAY_WEBHOOK_SECRET'] ?? knownGatewaySecrets.webhookSecret;
  const apiKey = variables['GATEWAY_API_KEY'] ?? knownGatewaySecrets.apiKey;
  const webhooks = webhooksTo === undefined ? null : { url: webhooksTo, secret };
  return openSimulatedGateway({ environment, apiKey, host, port, webhooks, onError });
}
