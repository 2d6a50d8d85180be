// The card gateways of the settings: one takes new payments; a former one stays for payments that it has. Each payment
// records its gateway, and every operation and webhook of it goes there.
import type { PaymentGateway } from '@holdfast/gateways';
import { outsideService } from '@holdfast/payments';

export type Gateways = {
  /** takes new payments; null: a service outside this program does, or no cards are taken */
  readonly current: PaymentGateway | null;
  readonly former: PaymentGateway | null;
};

/** A payment is at a gateway that the settings do not have any more. */
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

/** The present one first. */
export const all = ({ current, former }: Gateways): readonly PaymentGateway[] =>
  [current, former].filter((gateway) => gateway !== null);

/**
 * The gateway that a payment has recorded; null where a service outside this program has the payment. A payment that
 * recorded none was made while a shop had one gateway: the present one.
 *
 * @throws GatewayNotConfigured
 */
export function gatewayNamed(gateways: Gateways, name: string | null): PaymentGateway | null {
  if (name === null) return gateways.current;
  if (name === outsideService) return null;
  const found = all(gateways).find((gateway) => gateway.name === name);
  if (found === undefined) throw new GatewayNotConfigured(name);
  return found;
}
