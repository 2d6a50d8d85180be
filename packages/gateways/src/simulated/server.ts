// A card gateway without money, as a server of its own: an API, a payment page, signed webhooks, a dashboard, and
// switches for the faults of real gateways.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Environment, Money } from '@holdfast/kernel';
import { openBooks, type Booked, type BookedPayment, type Books } from './books.js';
import { openKept, type Kept, type KeptAnswer } from './kept.js';
import { misbehaving, wellBehaved, type Misbehaviour } from './misbehaviour.js';
import { closedPage, paymentPage } from './page.js';
import {
  amountIn,
  BadRequest,
  bodyOf,
  fieldsOf,
  fingerprintOf,
  isSameSecret,
  optionalIn,
  sendJson,
  sendPage,
  textIn,
  webAddressIn,
  type Fields,
} from './requests.js';
import { openWebhooks, type WebhookDelivery, type Webhooks, type WebhookTarget } from './webhooks.js';
import { toWire, type WirePage, type WirePayment } from './wire.js';

export type SimulatedGatewayOptions = {
  readonly environment: Environment;
  readonly apiKey: string;
  readonly host?: string;
  /** 0: any free one */
  readonly port?: number;
  readonly webhooks?: WebhookTarget | null;
  /** a file that keeps its payments after a restart; absent: none */
  readonly file?: string;
  /** called after each attempt to deliver a webhook */
  onDelivery?(this: void, delivery: WebhookDelivery): void;
  onError?(this: void, error: unknown): void;
};

export type SimulatedGateway = {
  readonly url: string;
  /** Sets switches; the others stay as they are. @throws TypeError */
  behave(switches: Partial<Misbehaviour>): void;
  /** Sends webhooks there from now on. */
  tell(this: void, target: WebhookTarget): void;
  /** Sends the webhooks that are held. */
  releaseWebhooks(order?: 'oldest-first' | 'newest-first'): Promise<void>;
  /** actions of staff at the gateway's own dashboard; webhooks follow */
  readonly dashboard: {
    capture(reference: string, amount: Money): Promise<void>;
    refund(reference: string, amount: Money): Promise<void>;
    expire(reference: string): Promise<void>;
  };
  payments(): readonly BookedPayment[];
  close(): Promise<void>;
};

type Context = {
  readonly options: SimulatedGatewayOptions;
  readonly books: Books;
  readonly webhooks: Webhooks;
  readonly kept: Kept;
  readonly answers: Map<string, KeptAnswer>;
  behaviour: Misbehaviour;
  url: string;
};

export async function openSimulatedGateway(options: SimulatedGatewayOptions): Promise<SimulatedGateway> {
  const { environment, host = '127.0.0.1', port = 0 } = options;
  const webhooks = openWebhooks(environment, options.webhooks ?? null, options.onDelivery);
  const kept = openKept(options.file ?? null);
  const books = openBooks({
    ...environment,
    payments: kept.payments,
    keep: kept.payment,
    changed: (payment, type) => webhooks.add(payment, type),
  });
  const answers = new Map(kept.answers);
  const context: Context = { options, books, webhooks, kept, answers, behaviour: wellBehaved, url: '' };
  const server = createServer((request, response) => {
    serve(context, request, response).catch((error: unknown) => {
      if (error instanceof BadRequest) {
        sendJson(response, error.status, { error: error.code, payment: null });
        return;
      }
      options.onError?.(error);
      response.destroy();
    });
  });
  await listening(server, port, host);
  const name = host.includes(':') ? `[${host}]` : host;
  context.url = `http://${name}:${(server.address() as AddressInfo).port}`;

  return {
    url: context.url,
    behave(switches) {
      context.behaviour = misbehaving(context.behaviour, switches);
    },
    tell: webhooks.tell,
    releaseWebhooks: (order = 'oldest-first') => webhooks.release(context.behaviour, order),
    dashboard: dashboardOf(context),
    payments: () => books.all(),
    close: async () => {
      webhooks.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function dashboardOf(context: Context): SimulatedGateway['dashboard'] {
  const { books, webhooks } = context;
  const done = async (booked: Booked): Promise<void> => {
    if (booked.refused !== null) throw new BadRequest(422, booked.refused);
    await webhooks.deliver(context.behaviour);
  };
  const of = (reference: string): BookedPayment => known(books.byReference(reference));
  return {
    capture: (reference, amount) => done(books.capture(of(reference), amount)),
    refund: (reference, amount) => done(books.refund(of(reference), null, amount)),
    expire: (reference) => done(books.expire(of(reference))),
  };
}

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

function known(payment: BookedPayment | undefined): BookedPayment {
  if (payment === undefined) throw new BadRequest(404, 'payment_unknown');
  return payment;
}

async function serve(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gateway');
  const [area = '', ...path] = pathname.slice(1).split('/').map(decodeURIComponent);
  const body = await bodyOf(request);
  if (area === 'pay') return servePage(context, request.method ?? '', path[0] ?? '', body, response);
  const { authorization = '' } = request.headers;
  if (!isSameSecret(authorization, `Bearer ${context.options.apiKey}`))
    throw new BadRequest(401, 'key_wrong');
  if (area === 'simulate') return serveSwitches(context, fieldsOf(body), response);
  if (area === 'dashboard') return serveDashboard(context, path, fieldsOf(body), response);
  if (context.behaviour.isDown) {
    sendJson(response, 503, { error: 'down', payment: null });
    return;
  }
  if (area !== 'payments') throw new BadRequest(404, 'no_such_path');
  if (request.method === 'GET' && path[0] === undefined) {
    sendJson(response, 200, pageOf(context, searchParams));
    return;
  }
  if (request.method === 'GET') {
    const payment = known(context.books.byReference(path[0] ?? ''));
    sendJson(response, 200, { payment: shown(context, payment) });
    return;
  }
  await serveOperation(context, path, body, String(request.headers['idempotency-key'] ?? ''), response);
}

const mostListed = 100;

/** `GET /payments?after=<id>`: payments in the order in which they were made. */
function pageOf(context: Context, query: URLSearchParams): WirePage {
  const all = context.books.all();
  const after = query.get('after');
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const page = all.slice(from, from + mostListed);
  const isLast = from + page.length === all.length;
  return {
    payments: page.map((payment) => shown(context, payment)),
    next: isLast ? null : (page.at(-1)?.id ?? null),
  };
}

/** The same key again returns the same response, and is refused with another request. */
async function serveOperation(
  context: Context,
  path: readonly string[],
  body: string,
  key: string,
  response: ServerResponse,
): Promise<void> {
  if (key === '') throw new BadRequest(400, 'idempotency_key_missing');
  const { answers, webhooks, behaviour } = context;
  const fingerprint = fingerprintOf(...path, body);
  let known = answers.get(key);
  if (known === undefined) {
    const booked = operate(context.books, path, fieldsOf(body));
    // The bank of this card never answers, and neither does the gateway.
    if (booked === null) return;
    const payment = shown(context, booked.payment);
    const answer = booked.refused === null ? { payment } : { error: booked.refused, payment };
    known = { fingerprint, status: booked.refused === null ? 200 : 422, answer };
    answers.set(key, known);
    context.kept.answer(key, known);
  }
  if (known.fingerprint !== fingerprint) throw new BadRequest(409, 'idempotency_key_reused');
  if (behaviour.webhooks === 'before') await webhooks.deliver(behaviour);
  if (behaviour.lostAnswers > 0) {
    context.behaviour = { ...behaviour, lostAnswers: behaviour.lostAnswers - 1 };
    response.destroy();
  } else sendJson(response, known.status, known.answer);
  await webhooks.deliver(behaviour);
}

/** `POST /payments/<reference>/<operation>` @throws BadRequest */
function operate(
  books: Books,
  [reference = '', operation]: readonly string[],
  fields: Fields,
): Booked | null {
  const amount = amountIn(fields);
  switch (operation) {
    case 'authorize':
      return books.authorize({
        ...{ reference, amount, card: optionalIn(fields, 'card') },
        returnUrl: webAddressIn(fields, 'returnUrl'),
      });
    case 'capture':
      return books.capture(known(books.byReference(reference)), amount);
    case 'void':
      return books.void(reference, amount);
    case 'refund':
      return books.refund(known(books.byReference(reference)), textIn(fields, 'refundId'), amount);
    default:
      throw new BadRequest(404, 'no_such_operation');
  }
}

const shown = ({ url }: Context, payment: BookedPayment): WirePayment => {
  const { id, reference, status, declineCode, expiresAt, isOnPage } = payment;
  return {
    ...{ id, reference, status, declineCode, expiresAt },
    amount: toWire(payment.amount),
    captured: toWire(payment.captured),
    refunds: payment.refunds.map((refund) => ({ ...refund, amount: toWire(refund.amount) })),
    redirectUrl: isOnPage ? `${url}/pay/${id}` : null,
  };
};

/** The page at `/pay/<id>`: a customer needs only the id, which can't be guessed. */
async function servePage(
  { books, webhooks, behaviour }: Context,
  method: string,
  id: string,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const payment = known(books.byId(id));
  if (method === 'POST') {
    const choice = new URLSearchParams(body).get('choice');
    if (choice === 'pay') books.pay(payment);
    if (choice === 'decline') books.decline(payment);
    if (behaviour.webhooks === 'before') await webhooks.deliver(behaviour);
    if (payment.returnUrl === null) sendPage(response, closedPage(payment));
    else response.writeHead(303, { location: payment.returnUrl }).end();
    return webhooks.deliver(behaviour);
  }
  const isOpen = payment.isOnPage && payment.status === 'pending';
  sendPage(response, isOpen ? paymentPage(payment) : closedPage(payment));
}

/** `POST /simulate` with switches, and `release: "oldest-first"` or `"newest-first"` for webhooks that are held. */
async function serveSwitches(
  context: Context,
  { release, ...switches }: Fields,
  response: ServerResponse,
): Promise<void> {
  try {
    context.behaviour = misbehaving(context.behaviour, switches);
  } catch {
    throw new BadRequest(400, 'no_such_switch');
  }
  if (release === 'oldest-first' || release === 'newest-first')
    await context.webhooks.release(context.behaviour, release);
  sendJson(response, 200, context.behaviour);
}

/** `POST /dashboard/<reference>/capture`, `refund` or `expire`: an action of staff at the gateway, which the shop did not ask for. */
async function serveDashboard(
  context: Context,
  [reference = '', action = '']: readonly string[],
  fields: Fields,
  response: ServerResponse,
): Promise<void> {
  const dashboard = dashboardOf(context);
  if (action === 'capture' || action === 'refund') await dashboard[action](reference, amountIn(fields));
  else if (action === 'expire') await dashboard.expire(reference);
  else throw new BadRequest(404, 'no_such_path');
  sendJson(response, 200, { payment: shown(context, known(context.books.byReference(reference))) });
}
