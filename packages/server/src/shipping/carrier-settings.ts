// The settings of the carrier: where it is, and its secrets.

type CarrierVariables = Readonly<
  Partial<
    Record<
      'NODE_ENV' | 'MONGODB_URL' | 'CARRIER_URL' | 'CARRIER_API_KEY' | 'CARRIER_WEBHOOK_SECRET',
      string | undefined
    >
  >
>;

export type CarrierSettings = {
  /** null: the program serves a simulated one itself */
  readonly url: string | null;
  readonly apiKey: string;
  readonly webhookSecret: string;
};

/** Public secrets of the simulated carrier, which moves no parcels. */
const known = { apiKey: 'simulated-carrier-key', webhookSecret: 'simulated-carrier-secret' } as const;

/** A carrier in production has secrets of its own. */
export function checkCarrier(
  settings: CarrierVariables,
  issue: (name: string, message: string) => void,
): void {
  if (settings.NODE_ENV !== 'production' || settings.CARRIER_URL === undefined) return;
  for (const name of ['CARRIER_API_KEY', 'CARRIER_WEBHOOK_SECRET'] as const)
    if (settings[name] === undefined)
      issue(name, 'is needed in production with CARRIER_URL: everybody knows the default');
}

/** Null: no labels are made. */
export function carrierOf(data: CarrierVariables, production: boolean): CarrierSettings | null {
  const { CARRIER_URL: url = null } = data;
  // When several processes share the work, each of them would serve a carrier of its own.
  if (url === null && (production || data.MONGODB_URL !== undefined)) return null;
  return {
    url: url?.replace(/\/+$/, '') ?? null,
    apiKey: data.CARRIER_API_KEY ?? known.apiKey,
    webhookSecret: data.CARRIER_WEBHOOK_SECRET ?? known.webhookSecret,
  };
}
