// The card gateways of the settings: one takes new payments; a former one stays for payments that it has. Each payment
// records its gateway, and every operation and webhook of it goes there.
import type { PaymentGateway } from '@holdfast/gateways';
import { isRecordedGateway, outsideService } from '@holdfast/payments';

export type Gateways = {
  /** takes new payments; null: an outside service takes them, or cards are not accepted */
  readonly current: PaymentGateway | null;
  readonly former: PaymentGateway | null;
};

/** The outcome of an operation is unknown; it is sent again under the same key. */
export class GatewayUnavailable extends Error {
  override readonly name = 'GatewayUnavailable';
}

/** The payment's gateway is no longer in the settings. */
export class GatewayNotConfigured extends Error {
  override readonly name = 'GatewayNotConfigured';

  constructor(readonly gateway: string) {
    super(
      `the payment is at the gateway "${gateway}", which the settings do not have: set it beside the present one`,
    );
  }
}

/** The name that new payments record. */
export const nameOfCurrent = ({ current }: Pick<Gateways, 'current'>): string =>
  current?.name ?? outsideService;

/** All gateways, the present one first. */
export const all = ({ current, former }: Gateways): readonly PaymentGateway[] =>
  [current, former].filter((gateway) => gateway !== null);

/**
 * Lets a gateway ask for its account, where a payment names an account and the gateway does not know its own yet.
 *
 * @throws GatewayUnavailable
 */
export async function identified(gateways: Gateways, name: string | null): Promise<Gateways> {
  const unnamed = all(gateways).find((gateway) => name?.startsWith(`${gateway.name}/`) === true);
  const found = await unnamed?.identify?.();
  if (found?.kind === 'unavailable') throw new GatewayUnavailable(`account of the key: ${found.reason}`);
  return gateways;
}

/**
 * Returns the gateway that a payment recorded; null when an outside service has the payment. A payment without a recorded
 * gateway is from a time when a shop had one gateway: it is at the present one.
 *
 * @throws GatewayNotConfigured
 */
export function gatewayNamed(gateways: Gateways, name: string | null): PaymentGateway | null {
  if (name === null) return gateways.current;
  if (name === outsideService) return null;
  const found = all(gateways).find((gateway) => isRecordedGateway(name, gateway.name));
  if (found === undefined) throw new GatewayNotConfigured(name);
  return found;
}
