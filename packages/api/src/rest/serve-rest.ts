// The REST routes over Fastify: reads requests by the shapes of their routes, and writes bodies or problems.
import { isIdentifier } from '@holdfast/kernel';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Report } from '../graphql/errors.js';
import { prefersHtml } from '../http/accept.js';
import { openApiDocument } from './openapi.js';
import type { Caller } from './graphql-operations.js';
import { invalid, problemOf, problemTable, problemType, type Problem, type ProblemCode } from './problems.js';
import { idempotencyHeader } from './requests.js';
import type { Outcome, Route } from './route.js';
import { json, sendProblem } from './send.js';

export type RestOptions = {
  readonly routes: readonly Route[];
  /** Whether there is a storefront, with a page for an order. */
  readonly hasPages: boolean;
  readonly report: Report;
};

export const openApiPath = '/openapi.json';
export const orderSocketPath = '/orders/ws';

export function serveRest(fastify: FastifyInstance, { routes, hasPages, report }: RestOptions): void {
  const document = json(openApiDocument(routes));
  // A scope of its own, with its own errors and body parsers.
  void fastify.register((scope, _, done) => {
    // Other sites can send plain text from a form, without a preflight request.
    scope.removeContentTypeParser('text/plain');
    scope.setErrorHandler<FastifyError>((error, request, reply) =>
      sendProblem(reply, problemOfFastify(error, request.id, report)),
    );
    for (const described of routes)
      for (const path of described.paths)
        scope.route({
          method: described.method,
          url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
          handler: (request, reply) => serve(described, request, reply, hasPages),
        });
    scope.get(openApiPath, (_request, reply) => reply.type('application/json').send(document));
    scope.get(orderSocketPath, (request, reply) =>
      sendProblem(reply, problemOf('UPGRADE_REQUIRED', 'connect with a WebSocket', request.id)),
    );
    scope.get<{ readonly Params: { readonly name: string } }>('/problems/:name', (request, reply) =>
      describeProblem(reply, request.params.name, request.id),
    );
    done();
  });
}

async function serve(
  described: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  hasPages: boolean,
): Promise<FastifyReply> {
  // Some of the paths serve a page to browsers, so a cache must distinguish the two.
  void reply.header('vary', 'accept, authorization');
  const page = hasPages ? pageFor(described, request) : null;
  if (page !== null) return reply.code(303).header('location', page).send();
  const asked = read(described, request);
  const outcome = 'problem' in asked ? asked : await described.handle(asked as never);
  if (!outcome.ok) return sendProblem(reply, outcome.problem);
  return reply
    .code(outcome.status)
    .headers(outcome.headers ?? {})
    .type('application/json')
    .send(json(outcome.body));
}

/** Gateways send browsers back to some of these routes. Returns the page of the order for a browser, otherwise null. */
function pageFor({ isForBrowsers = false }: Route, { query, headers }: FastifyRequest): string | null {
  if (!isForBrowsers || !prefersHtml(headers.accept)) return null;
  const { orderId } = namedOnce(query) as { readonly orderId?: unknown };
  return typeof orderId === 'string' && isIdentifier(orderId) ? `/order?orderId=${orderId}` : null;
}

function read(described: Route, request: FastifyRequest): object | (Outcome & { readonly ok: false }) {
  const { id: correlationId, headers } = request;
  const caller: Caller = { authorization: headers.authorization, address: request.ip, correlationId };
  const refused = (problem: Problem) => ({ ok: false as const, problem });
  const named = namedOnce(request.query);
  const query = described.query.safeParse(named);
  if (!query.success) return refused(invalid(query.error, named, correlationId));
  const key = idempotencyHeader.safeParse(headers['idempotency-key'] ?? '');
  if (described.needsKey === true && !key.success)
    return refused(
      problemOf(
        'IDEMPOTENCY_KEY_MISSING',
        'Idempotency-Key: 1 to 200 characters, chosen by the caller',
        correlationId,
      ),
    );
  const body = described.body?.safeParse(request.body ?? null);
  if (body?.success === false) return refused(invalid(body.error, request.body ?? null, correlationId));
  const { id = '' } = (request.params ?? {}) as { readonly id?: string };
  return { caller, query: query.data, body: body?.data ?? null, id, key: key.data ?? '' };
}

/** `order_id` is the spelling of go-saga-microservices. A parameter that comes twice stays a list, which no shape accepts. */
function namedOnce(query: unknown): object {
  const { order_id: snake, ...rest } = (query ?? {}) as Readonly<Record<string, unknown>>;
  return snake === undefined || 'orderId' in rest ? rest : { ...rest, orderId: snake };
}

const codesOfFastify: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
};

function problemOfFastify(error: FastifyError, correlationId: string, report: Report): Problem {
  const { code, statusCode = 500 } = error;
  if (statusCode >= 500) {
    report(error, correlationId);
    return problemOf('INTERNAL_SERVER_ERROR', 'something went wrong on our side', correlationId);
  }
  const known = codesOfFastify[code] ?? 'MALFORMED_BODY';
  return problemOf(
    known,
    known === 'MALFORMED_BODY' ? 'the body can not be read as JSON' : problemTable[known].title,
    correlationId,
  );
}

function describeProblem(reply: FastifyReply, name: string, correlationId: string): FastifyReply {
  const codes = Object.keys(problemTable) as readonly ProblemCode[];
  const code = codes.find((known) => problemType(known) === `/problems/${name}`);
  if (code === undefined) return sendProblem(reply, problemOf('NOT_FOUND', 'no such problem', correlationId));
  const { status, title } = problemTable[code];
  const body = { type: problemType(code), title, status, errorCode: code };
  return reply.type('application/json').send(json(body));
}
