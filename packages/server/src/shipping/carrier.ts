// The carrier of the settings: a simulated one at an address, or one that the program serves itself.
import {
  openSimulatedCarrier,
  simulatedCarrier,
  type Carrier,
  type SimulatedCarrier,
} from '@holdfast/gateways';
import type { Environment } from '@holdfast/kernel';
import type { CarrierSettings } from './carrier-settings.js';

export type Carriage = {
  /** null: no labels are made */
  readonly carrier: Carrier | null;
  /** Serves the simulated carrier where the program does that itself, and returns null elsewhere. */
  serve(): Promise<SimulatedCarrier | null>;
};

export function carriageOf(
  settings: CarrierSettings | null,
  environment: Environment,
  onError: (error: unknown) => void,
): Carriage {
  if (settings === null) return { carrier: null, serve: () => Promise.resolve(null) };
  const { url, apiKey, webhookSecret } = settings;
  const { clock } = environment;
  if (url !== null)
    return {
      carrier: simulatedCarrier({ url, apiKey, webhookSecret, clock }),
      serve: () => Promise.resolve(null),
    };
  let listens: (at: string) => void = () => undefined;
  const listening = new Promise<string>((resolve) => (listens = resolve));
  return {
    // Calls wait until the carrier is served, because reactors may request labels for an earlier run before.
    carrier: simulatedCarrier({ url: listening, apiKey, webhookSecret, clock }),
    async serve() {
      const served = await openSimulatedCarrier({ environment, apiKey, onError });
      listens(served.url);
      return served;
    },
  };
}
