// The simulated card gateway by itself, for a shop to be tried with.
import { openSimulatedGateway, type SimulatedGateway } from '@holdfast/gateways';
import type { Environment } from '@holdfast/kernel';

export type GatewayFlags = {
  readonly port: number;
  readonly host: string;
  readonly webhooksTo?: string;
};

/** Known to everybody: they guard money that does not exist. */
const simulatedApiKey = 'simulated-gateway-key';
const simulatedWebhookSecret = 'simulated-webhook-secret';

/** `GATEWAY_API_KEY` and `GATEWAY_WEBHOOK_SECRET` are those of its shop. */
export function serveGateway(
  { port, host, webhooksTo }: GatewayFlags,
  variables: Readonly<Record<string, string | undefined>>,
  environment: Environment,
  onError: (error: unknown) => void,
): Promise<SimulatedGateway> {
  const secret = variables['GATEWAY_WEBHOOK_SECRET'] ?? simulatedWebhookSecret;
  const apiKey = variables['GATEWAY_API_KEY'] ?? simulatedApiKey;
  const webhooks = webhooksTo === undefined ? null : { url: webhooksTo, secret };
  return openSimulatedGateway({ environment, apiKey, host, port, webhooks, onError });
}
