// The card gateway of the settings: Stripe, a simulated one at an address, or one that the program serves itself.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  openSimulatedGateway,
  simulatedGateway,
  stripeGateway,
  type PaymentGateway,
  type SimulatedGateway,
} from '@holdfast/gateways';
import { assertNever, type Environment } from '@holdfast/kernel';
import type { Settings } from '../settings.js';

export type CardPayments = {
  /** null: no cards are taken */
  readonly gateway: PaymentGateway | null;
  /** keeps the payments that it has; null: none */
  readonly formerGateway: PaymentGateway | null;
  /**
   * Serves the simulated gateway where the program does that itself, and returns null elsewhere. Call it when the data
   * folder is locked: the gateway keeps its payments there.
   */
  serve(): Promise<SimulatedGateway | null>;
};

const nothingServed = (): Promise<null> => Promise.resolve(null);

export function cardPaymentsOf(
  settings: Pick<Settings, 'cardGateway' | 'formerCardGateway' | 'gatewayPort' | 'dataDirectory'>,
  environment: Environment,
  onError: (error: unknown) => void,
): CardPayments {
  const { formerCardGateway, ...rest } = settings;
  // The program serves no simulated gateway but the present one: a former one has an address.
  const { gateway: formerGateway } = gatewayOf(
    { ...rest, cardGateway: formerCardGateway },
    environment,
    onError,
  );
  return { ...gatewayOf(rest, environment, onError), formerGateway };
}

function gatewayOf(
  {
    cardGateway,
    gatewayPort,
    dataDirectory,
  }: Pick<Settings, 'cardGateway' | 'gatewayPort' | 'dataDirectory'>,
  environment: Environment,
  onError: (error: unknown) => void,
): Omit<CardPayments, 'formerGateway'> {
  const { clock } = environment;
  switch (cardGateway?.kind) {
    case undefined:
      return { gateway: null, serve: nothingServed };
    case 'stripe':
      return { gateway: stripeGateway({ ...cardGateway, clock }), serve: nothingServed };
    case 'simulated': {
      const { url, apiKey, webhookSecret } = cardGateway;
      if (url !== null)
        return { gateway: simulatedGateway({ url, apiKey, webhookSecret, clock }), serve: nothingServed };
      let listens: (url: string) => void = () => undefined;
      const listening = new Promise<string>((resolve) => (listens = resolve));
      return {
        // Calls wait until the gateway is served, because reactors may send requests for payments of an earlier run before.
        gateway: simulatedGateway({ url: listening, apiKey, webhookSecret, clock }),
        async serve() {
          await mkdir(dataDirectory, { recursive: true });
          const file = join(dataDirectory, 'gateway.jsonl');
          const served = await openSimulatedGateway({
            environment,
            apiKey,
            port: gatewayPort,
            file,
            onError,
          });
          listens(served.url);
          return served;
        },
      };
    }
    default:
      return assertNever(cardGateway);
  }
}
