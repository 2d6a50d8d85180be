// The settings of the card gateway: Stripe, or the simulated one, each with its secrets; never both.

type CardVariables = Readonly<
  Partial<
    Record<
      | 'NODE_ENV'
      | 'STRIPE_SECRET_KEY'
      | 'STRIPE_WEBHOOK_SECRET'
      | 'PAYMENT_GATEWAY_URL'
      | 'MONGODB_URL'
      | 'GATEWAY_API_KEY'
      | 'GATEWAY_WEBHOOK_SECRET',
      string | undefined
    >
  >
>;

/** One gateway at most, with both of its secrets. */
export function checkCardGateway(
  settings: CardVariables,
  issue: (name: string, message: string) => void,
): void {
  const { NODE_ENV, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, PAYMENT_GATEWAY_URL } = settings;
  if (STRIPE_SECRET_KEY !== undefined && PAYMENT_GATEWAY_URL !== undefined)
    issue('PAYMENT_GATEWAY_URL', 'is a second gateway beside STRIPE_SECRET_KEY: set one of them');
  if (STRIPE_SECRET_KEY !== undefined && STRIPE_WEBHOOK_SECRET === undefined)
    issue('STRIPE_WEBHOOK_SECRET', 'is needed with STRIPE_SECRET_KEY');
  if (STRIPE_SECRET_KEY === undefined && STRIPE_WEBHOOK_SECRET !== undefined)
    issue('STRIPE_SECRET_KEY', 'is needed with STRIPE_WEBHOOK_SECRET');
  if (NODE_ENV !== 'production' || PAYMENT_GATEWAY_URL === undefined) return;
  for (const name of ['GATEWAY_API_KEY', 'GATEWAY_WEBHOOK_SECRET'] as const)
    if (settings[name] === undefined)
      issue(name, 'is needed in production with PAYMENT_GATEWAY_URL: everybody knows the default');
}

/** Secrets of the simulated gateway that everybody knows: they guard money that does not exist. */
export const knownGatewaySecrets = {
  apiKey: 'simulated-gateway-key',
  webhookSecret: 'simulated-webhook-secret',
} as const;

/** The card gateway of the shop. */
export type CardGateway =
  | { readonly kind: 'stripe'; readonly secretKey: string; readonly webhookSecret: string }
  | {
      readonly kind: 'simulated';
      /** null: the program serves one itself */
      readonly url: string | null;
      readonly apiKey: string;
      readonly webhookSecret: string;
    };

export function cardGatewayOf(data: CardVariables, production: boolean): CardGateway | null {
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, PAYMENT_GATEWAY_URL: url = null } = data;
  if (STRIPE_SECRET_KEY !== undefined && STRIPE_WEBHOOK_SECRET !== undefined)
    return { kind: 'stripe', secretKey: STRIPE_SECRET_KEY, webhookSecret: STRIPE_WEBHOOK_SECRET };
  // Several processes that share the work would each serve one of their own.
  if (url === null && (production || data.MONGODB_URL !== undefined)) return null;
  return {
    kind: 'simulated',
    url: url?.replace(/\/+$/, '') ?? null,
    apiKey: data.GATEWAY_API_KEY ?? knownGatewaySecrets.apiKey,
    webhookSecret: data.GATEWAY_WEBHOOK_SECRET ?? knownGatewaySecrets.webhookSecret,
  };
}

/** Shops on different ports get different gateways. Any free port stays any free port. */
export const portBeside = (port: number): number => (port === 0 || port + 10 > 65_535 ? 0 : port + 10);
