// A shop for specs that ship: it sells by card, and has a simulated carrier in a server of its own.
import { openSimulatedCarrier, simulatedCarrier } from '@holdfast/gateways';
import { nodeEnvironment } from '@holdfast/runtime';
import { openCardShop, type CardShop } from './card-shop.js';

const apiKey = 'key-of-specs';

/** The shop's `close` closes the carrier too. */
export async function openCarrierShop(
  settings: Parameters<typeof openCardShop>[0] = {},
  options: Parameters<typeof openCardShop>[1] = {},
): Promise<CardShop> {
  const environment = nodeEnvironment();
  const server = await openSimulatedCarrier({ environment, apiKey });
  const { url } = server;
  const carrier = simulatedCarrier({ url, apiKey, webhookSecret: 'secret', clock: environment.clock });
  const shop = await openCardShop(settings, { carrier, ...options });
  return {
    ...shop,
    close: async () => {
      await shop.close();
      await server.close();
    },
  };
}
