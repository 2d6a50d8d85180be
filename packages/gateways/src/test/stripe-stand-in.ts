// A small stand-in for the Stripe endpoints that the adapter uses: it reads forms, returns JSON, and remembers keys.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sign } from '../signature.js';
import type { ReceivedWebhook } from './payment-gateway-contract.js';

export type Intent = {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly latest_charge: null;
  status: string;
  amount_received: number;
  cancellation_reason: string | null;
  last_payment_error: { readonly code: string; readonly decline_code: string } | null;
  next_action: { readonly redirect_to_url: { readonly url: string } } | null;
};
type Refund = {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly currency: string;
  readonly payment_intent: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: 'succeeded';
};
type Answer = { readonly status: number; readonly body: unknown };

const declines: Readonly<Record<string, { code: string; decline_code: string }>> = {
  pm_card_chargeDeclined: { code: 'card_declined', decline_code: 'generic_decline' },
  pm_card_chargeDeclinedInsufficientFunds: { code: 'card_declined', decline_code: 'insufficient_funds' },
  pm_card_chargeDeclinedExpiredCard: { code: 'expired_card', decline_code: 'expired_card' },
};

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly error: Readonly<Record<string, unknown>>,
  ) {
    super(JSON.stringify(error));
  }
}

/** The state in memory; customers are redirected to `url`. */
export class StripeStandIn {
  readonly intents = new Map<string, Intent>();
  readonly webhooks: ReceivedWebhook[] = [];
  isDown = false;
  lostAnswers = 0;
  url = '';
  /** the account of every key */
  account = 'acct_specs';
  /** `unknown`: a key that Stripe does not know; `restricted`: one that may not read the account */
  key: 'known' | 'unknown' | 'restricted' = 'known';
  /** A request gets no answer, and its connection stays open. */
  isSilent = false;
  #refunds: Refund[] = [];
  #answers = new Map<string, { readonly request: string; readonly answer: Answer }>();
  #ids = 0;

  constructor(
    readonly webhookSecret: string,
    readonly now: () => number,
  ) {}

  readonly serve = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe');
      const body = Buffer.concat(chunks).toString();
      if (pathname.startsWith('/page/')) {
        this.become(this.intent(pathname.slice('/page/'.length)), 'requires_capture');
        response.writeHead(200).end();
        return;
      }
      if (this.isSilent) return;
      const form = new Map([...searchParams, ...new URLSearchParams(body)]);
      const key = request.headers['idempotency-key'];
      const { status, body: answer } = this.#answered(
        typeof key === 'string' ? key : null,
        `${pathname}?${body}`,
        () => this.#operate(request.method ?? '', pathname.split('/').slice(2), form),
      );
      if (this.lostAnswers > 0 && request.method === 'POST') {
        this.lostAnswers -= 1;
        response.destroy();
      } else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  };

  #answered(key: string | null, request: string, operate: () => unknown): Answer {
    if (this.isDown) return { status: 503, body: { error: { type: 'api_error', message: 'down' } } };
    if (this.key === 'unknown')
      return { status: 401, body: { error: { type: 'invalid_request_error', message: 'Invalid API Key' } } };
    const known = key === null ? undefined : this.#answers.get(key);
    if (known !== undefined && known.request !== request)
      return { status: 400, body: { error: { type: 'idempotency_error', message: 'another request' } } };
    if (known !== undefined) return known.answer;
    let answer: Answer;
    try {
      answer = { status: 200, body: structuredClone(operate()) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer = { status: error.status, body: { error: structuredClone(error.error) } };
    }
    if (key !== null) this.#answers.set(key, { request, answer });
    return answer;
  }

  #account(): unknown {
    if (this.key === 'restricted')
      throw new Refused(403, { type: 'invalid_request_error', message: 'more permissions are needed' });
    return { object: 'account', id: this.account };
  }

  #operate(
    method: string,
    [resource, id, verb]: readonly string[],
    form: ReadonlyMap<string, string>,
  ): unknown {
    const of = (name: string): string => form.get(name) ?? '';
    if (resource === 'account') return this.#account();
    if (resource === 'refunds') {
      if (method === 'POST') return this.refund(of('payment_intent'), Number(of('amount')), metadataIn(form));
      const data = this.#refunds.filter(({ payment_intent }) => payment_intent === of('payment_intent'));
      return { object: 'list', data, has_more: false, url: '/v1/refunds' };
    }
    if (id === 'search') {
      const wanted = /:'(.+)'$/.exec(of('query'))?.[1] ?? '';
      const data = [...this.intents.values()].filter(({ metadata }) =>
        Object.values(metadata).includes(wanted),
      );
      return { object: 'search_result', data, has_more: false, url: '/v1/payment_intents/search' };
    }
    if (id === undefined && method === 'GET')
      return this.#page(Number(of('limit')), form.get('starting_after'));
    if (id === undefined) return this.#create(Number(of('amount')), of('currency'), metadataIn(form));
    if (method === 'GET') return this.intent(id);
    if (verb === 'confirm') return this.#confirm(this.intent(id), of('payment_method'));
    if (verb === 'capture') return this.capture(this.intent(id), Number(of('amount_to_capture')));
    return this.#cancel(this.intent(id));
  }

  /** The newest first, each with its charge. */
  #page(limit: number, after: string | undefined): unknown {
    const all = [...this.intents.values()].toReversed();
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const data = all.slice(from, from + limit).map((intent) => ({
      ...intent,
      latest_charge: { object: 'charge', amount_refunded: this.#refundedOf(intent.id) },
    }));
    return { object: 'list', data, has_more: from + limit < all.length, url: '/v1/payment_intents' };
  }

  #refundedOf(id: string): number {
    const made = this.#refunds.filter(({ payment_intent }) => payment_intent === id);
    return made.reduce((sum, refund) => sum + refund.amount, 0);
  }

  intent(id: string): Intent {
    const intent = this.intents.get(id);
    if (intent === undefined)
      throw new Refused(404, {
        type: 'invalid_request_error',
        code: 'resource_missing',
        message: 'no such intent',
      });
    return intent;
  }

  become(intent: Intent, status: string): Intent {
    intent.status = status;
    intent.next_action = null;
    this.#tell(`payment_intent.${status}`, intent);
    return intent;
  }

  #create(amount: number, currency: string, metadata: Readonly<Record<string, string>>): Intent {
    const intent: Intent = {
      ...{
        id: `pi_${(this.#ids += 1)}`,
        object: 'payment_intent',
        amount,
        currency,
        metadata,
        latest_charge: null,
      },
      ...{ status: 'requires_payment_method', amount_received: 0, cancellation_reason: null },
      ...{ last_payment_error: null, next_action: null },
    };
    this.intents.set(intent.id, intent);
    return intent;
  }

  #confirm(intent: Intent, card: string): Intent {
    if (intent.status !== 'requires_payment_method') throw unexpected(intent);
    const decline = declines[card];
    if (decline !== undefined) {
      intent.last_payment_error = decline;
      throw new Refused(402, { type: 'card_error', message: 'declined', ...decline, payment_intent: intent });
    }
    if (card === 'pm_card_visa') return this.become(intent, 'requires_capture');
    intent.status = 'requires_action';
    intent.next_action = { redirect_to_url: { url: `${this.url}/page/${intent.id}` } };
    return intent;
  }

  capture(intent: Intent, amount: number): Intent {
    if (intent.status !== 'requires_capture') throw unexpected(intent);
    if (amount > intent.amount)
      throw new Refused(400, {
        type: 'invalid_request_error',
        code: 'amount_too_large',
        message: 'too large',
      });
    intent.amount_received = amount;
    return this.become(intent, 'succeeded');
  }

  #cancel(intent: Intent): Intent {
    if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpected(intent);
    intent.cancellation_reason = 'requested_by_customer';
    return this.become(intent, 'canceled');
  }

  refund(id: string, amount: number, metadata: Readonly<Record<string, string>>): Refund {
    const intent = this.intent(id);
    const back = this.#refundedOf(id);
    if (intent.status !== 'succeeded' || back + amount > intent.amount_received)
      throw new Refused(400, {
        type: 'invalid_request_error',
        code: 'charge_already_refunded',
        message: 'too much',
      });
    const refund: Refund = {
      ...{ id: `re_${(this.#ids += 1)}`, object: 'refund', amount, currency: intent.currency },
      ...{ payment_intent: id, metadata, status: 'succeeded' },
    };
    this.#refunds.push(refund);
    this.#tell('refund.created', { ...refund, metadata: intent.metadata });
    return refund;
  }

  #tell(type: string, object: object): void {
    const event = { id: `evt_${(this.#ids += 1)}`, object: 'event', type, data: { object } };
    const body = Buffer.from(JSON.stringify(event));
    // Our signature scheme is the same as Stripe's.
    this.webhooks.push({ body, headers: { 'stripe-signature': sign(this.webhookSecret, body, this.now()) } });
  }
}

const unexpected = (intent: Intent): Refused =>
  new Refused(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message: `it is ${intent.status}`,
    payment_intent: intent,
  });

const metadataIn = (form: ReadonlyMap<string, string>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) => {
      const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
      return key === undefined ? [] : [[key, value]];
    }),
  );

export async function serveStandIn(
  standIn: StripeStandIn,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer(standIn.serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  standIn.url = `http://127.0.0.1:${port}`;
  return {
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
