// The settings of the card gateway: Stripe, or the simulated one, each with its secrets; or both, while one takes
// over from the other.

type CardVariables = Readonly<
  Partial<
    Record<
      | 'NODE_ENV'
      | 'STRIPE_SECRET_KEY'
      | 'STRIPE_WEBHOOK_SECRET'
      | 'STRIPE_ACCOUNT'
      | 'PAYMENT_GATEWAY'
      | 'PAYMENT_GATEWAY_URL'
      | 'MONGODB_URL'
      | 'GATEWAY_API_KEY'
      | 'GATEWAY_WEBHOOK_SECRET',
      string | undefined
    >
  >
>;

/** Each gateway needs both of its secrets. With two gateways, a setting must name the one that takes new payments. */
export function checkCardGateway(
  settings: CardVariables,
  issue: (name: string, message: string) => void,
): void {
  const { NODE_ENV, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, PAYMENT_GATEWAY_URL, PAYMENT_GATEWAY } =
    settings;
  if (STRIPE_SECRET_KEY !== undefined && PAYMENT_GATEWAY_URL !== undefined && PAYMENT_GATEWAY === undefined)
    issue(
      'PAYMENT_GATEWAY_URL',
      'is a second gateway beside STRIPE_SECRET_KEY: PAYMENT_GATEWAY has to say which of them takes new payments',
    );
  if (PAYMENT_GATEWAY === 'stripe' && STRIPE_SECRET_KEY === undefined)
    issue('PAYMENT_GATEWAY', 'is stripe, which needs STRIPE_SECRET_KEY');
  if (PAYMENT_GATEWAY === 'simulated' && STRIPE_SECRET_KEY !== undefined && PAYMENT_GATEWAY_URL === undefined)
    issue('PAYMENT_GATEWAY', 'is simulated, which needs PAYMENT_GATEWAY_URL');
  if (STRIPE_SECRET_KEY !== undefined && STRIPE_WEBHOOK_SECRET === undefined)
    issue('STRIPE_WEBHOOK_SECRET', 'is needed with STRIPE_SECRET_KEY');
  if (STRIPE_SECRET_KEY === undefined && settings.STRIPE_ACCOUNT !== undefined)
    issue('STRIPE_SECRET_KEY', 'is needed with STRIPE_ACCOUNT');
  if (STRIPE_SECRET_KEY === undefined && STRIPE_WEBHOOK_SECRET !== undefined)
    issue('STRIPE_SECRET_KEY', 'is needed with STRIPE_WEBHOOK_SECRET');
  if (NODE_ENV !== 'production' || PAYMENT_GATEWAY_URL === undefined) return;
  for (const name of ['GATEWAY_API_KEY', 'GATEWAY_WEBHOOK_SECRET'] as const)
    if (settings[name] === undefined)
      issue(name, 'is needed in production with PAYMENT_GATEWAY_URL: everybody knows the default');
}

/** Public secrets of the simulated gateway: the money that they guard does not exist. */
export const knownGatewaySecrets = {
  apiKey: 'simulated-gateway-key',
  webhookSecret: 'simulated-webhook-secret',
} as const;

/** The card gateway of the shop. */
export type CardGateway =
  | {
      readonly kind: 'stripe';
      readonly secretKey: string;
      readonly webhookSecret: string;
      /** the account of the key; absent: not named, and payments do not record it */
      readonly account?: string;
    }
  | {
      readonly kind: 'simulated';
      /** null: the program serves one itself */
      readonly url: string | null;
      readonly apiKey: string;
      readonly webhookSecret: string;
    };

/** `cardGateway` takes new payments; `formerCardGateway` keeps the payments that it has. */
export function cardGatewaysOf(
  data: CardVariables,
  production: boolean,
): { readonly cardGateway: CardGateway | null; readonly formerCardGateway: CardGateway | null } {
  const stripe = stripeOf(data);
  if (stripe === null) return { cardGateway: simulatedOf(data, production), formerCardGateway: null };
  const simulated = data.PAYMENT_GATEWAY_URL === undefined ? null : simulatedOf(data, production);
  return data.PAYMENT_GATEWAY === 'simulated'
    ? { cardGateway: simulated, formerCardGateway: stripe }
    : { cardGateway: stripe, formerCardGateway: simulated };
}

function stripeOf(data: CardVariables): CardGateway | null {
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_ACCOUNT: account } = data;
  if (STRIPE_SECRET_KEY === undefined || STRIPE_WEBHOOK_SECRET === undefined) return null;
  const secrets = { secretKey: STRIPE_SECRET_KEY, webhookSecret: STRIPE_WEBHOOK_SECRET };
  return { kind: 'stripe', ...secrets, ...(account !== undefined && { account }) };
}

function simulatedOf(data: CardVariables, production: boolean): CardGateway | null {
  const { PAYMENT_GATEWAY_URL: url = null } = data;
  // When several processes share the work, each of them would serve a gateway of its own.
  if (url === null && (production || data.MONGODB_URL !== undefined)) return null;
  return {
    kind: 'simulated',
    url: url?.replace(/\/+$/, '') ?? null,
    apiKey: data.GATEWAY_API_KEY ?? knownGatewaySecrets.apiKey,
    webhookSecret: data.GATEWAY_WEBHOOK_SECRET ?? knownGatewaySecrets.webhookSecret,
  };
}

/** The gateway's port, so that shops on different ports have different gateways. 0 (any free port) stays 0. */
export const portBeside = (port: number): number => (port === 0 || port + 10 > 65_535 ? 0 : port + 10);
