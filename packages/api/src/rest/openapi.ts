// The OpenAPI 3.1 document, made from the routes that serve the requests.
import { z } from 'zod';
import { orderSocketQuery } from './requests.js';
import { problemSchema, problemTable, type ProblemCode } from './problems.js';
import { orderBody, paymentReport, problemTypeBody, productsBody, statusMessage } from './responses.js';
import type { Route } from './route.js';

/** The bodies of responses, by the name that routes give. */
const bodies = {
  Order: orderBody,
  PaymentReport: paymentReport,
  Products: productsBody,
  StatusMessage: statusMessage,
  Problem: problemSchema,
  ProblemType: problemTypeBody,
} as const;

/** The problems that every route has. */
const always = [
  ...(['VALIDATION', 'BAD_USER_INPUT', 'UNAUTHENTICATED', 'RATE_LIMITED'] as const),
  ...(['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE'] as const),
] as const satisfies readonly ProblemCode[];
const ofBodies = ['MALFORMED_BODY', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
};
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

export function openApiDocument(routes: readonly Route[]) {
  const requests = new Map<string, object>();
  const paths: Record<string, Record<string, object>> = {};
  for (const described of routes) {
    const { method, name, body } = described;
    const request = `${name.charAt(0).toUpperCase()}${name.slice(1)}Request`;
    if (body !== null) requests.set(request, schemaOf(body, 'input'));
    for (const [n, path] of described.paths.entries()) {
      const operationId = n === 0 ? name : `${name}${n + 1}`;
      (paths[path] ??= {})[method] = operationOf(described, operationId, body === null ? null : request);
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Holdfast over REST',
      version: '1',
      summary: 'The checkout for clients of the systems that it replaces.',
      description:
        'Each route runs an operation of the GraphQL API, with its authorization, idempotency and limits. Errors are problem ' +
        'details (RFC 9457).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: { ...paths, ...fixedPaths },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The accessToken of `login`, `register` or `startGuestSession`.',
        },
      },
      schemas: {
        ...Object.fromEntries(requests),
        ...Object.fromEntries(
          Object.entries(bodies).map(([name, schema]) => [name, schemaOf(schema, 'output')]),
        ),
      },
    },
  };
}

function operationOf(described: Route, operationId: string, request: string | null): object {
  const { summary, isPublic = false, needsKey = false, isBodyOptional = false, query, paths } = described;
  const codes: readonly ProblemCode[] = [
    ...always,
    ...(request === null ? [] : ofBodies),
    ...(needsKey ? (['IDEMPOTENCY_KEY_MISSING'] as const) : []),
    ...(isPublic ? [] : (['FORBIDDEN'] as const)),
    ...described.problems,
  ];
  const successes = Object.entries(described.responses).map(
    ([status, { body, description }]) =>
      [status, { description, content: { 'application/json': { schema: reference(body) } } }] as const,
  );
  return {
    operationId,
    summary,
    security: isPublic ? [{}, { bearer: [] }] : [{ bearer: [] }],
    parameters: [
      ...parametersOf(query),
      ...(needsKey ? [keyParameter] : []),
      ...(paths.some((path) => path.includes('{id}')) ? [idParameter] : []),
    ],
    ...(request !== null && {
      requestBody: {
        required: !isBodyOptional,
        content: { 'application/json': { schema: reference(request) } },
      },
    }),
    responses: {
      ...Object.fromEntries<object>(successes),
      ...(described.isForBrowsers === true && {
        303: { description: 'A browser: to the page of the order.' },
      }),
      ...problemResponses(codes),
    },
  };
}

/** One response for each status; its description has the codes. */
function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const sorted = [...new Set(codes)].sort();
  const statuses = [...new Set(sorted.map((code) => problemTable[code].status))];
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: sorted
          .filter((code) => problemTable[code].status === status)
          .map((code) => `\`${code}\`: ${problemTable[code].title}.`)
          .join(' '),
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    ]),
  );
}

function parametersOf(query: z.ZodObject): readonly object[] {
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

const keyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'Chosen by the caller: the same key with the same request has its effect once. GraphQL’s `idempotencyKey` is the same.',
  schema: { type: 'string', minLength: 1, maxLength: 202 },
};
const idParameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of the order.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

/** The paths that run no operation of their own. */
const fixedPaths = {
  '/orders/ws': {
    get: {
      operationId: 'followOrder',
      summary:
        'A WebSocket with the status of an order: each message is a StatusMessage, or a Problem before it closes.',
      description:
        'The token is in the `Authorization` header, or, in a browser, in the subprotocols: `new WebSocket(url, ["bearer", token])`.',
      security: [{ bearer: [] }],
      parameters: parametersOf(orderSocketQuery),
      responses: {
        101: { description: 'The WebSocket is open.' },
        ...problemResponses(['UPGRADE_REQUIRED']),
      },
    },
  },
  '/problems/{name}': {
    get: {
      operationId: 'getProblemType',
      summary: 'What the `type` of a problem points to.',
      security: [{}],
      parameters: [{ ...idParameter, name: 'name', description: 'The last part of the type.' }],
      responses: {
        200: {
          description: 'The problem.',
          content: { 'application/json': { schema: reference('ProblemType') } },
        },
        ...problemResponses(['NOT_FOUND']),
      },
    },
  },
};
