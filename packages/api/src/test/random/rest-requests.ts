// Random requests for REST: every route of the OpenAPI document, with bodies and parameters by its schemas, or damaged.
import fc, { type Arbitrary } from 'fast-check';
import { damaged, junk, strange, type Known } from './values.js';

type JsonSchema = {
  readonly type?: string;
  readonly $ref?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
};
type Parameter = { readonly name: string; readonly in: string; readonly schema: JsonSchema };
type Described = {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
};
export type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
};
export type RestRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** the statuses that the document promises */
  readonly statuses: readonly string[];
};

const printable = fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x21-\x7e]/g, ''));
/** Values by the name of the field, in any of the spellings that the routes take. */
const named = ({ skus, orders }: Known): Readonly<Record<string, Arbitrary<unknown>>> => {
  const sku = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...skus) }, strange);
  const order = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...orders) }, strange);
  return {
    ...{ sku, productId: sku, product_id: sku, orderId: order, order_id: order, id: order },
    // Longer waits, and positions that are not reached yet, are allowed, and are only slow.
    waitMs: fc.integer({ min: 0, max: 20 }),
    atLeast: fc.constantFrom('-1', '3', 'x', ''),
    country: fc.constantFrom('FR', 'DE', 'XX'),
    postalCode: fc.constantFrom('75001', ''),
    cardToken: fc.constantFrom('tok_ok', 'tok_declined', ''),
    guestEmail: fc.constantFrom('guest@example.com', 'x'),
  };
};

/** `name`: the name of the field that holds the value */
function valueOf(given: JsonSchema, name: string, api: OpenApi, known: Known): Arbitrary<unknown> {
  const inner = (part: JsonSchema, of = name): Arbitrary<unknown> => valueOf(part, of, api, known);
  const byName = named(known);
  if (Object.hasOwn(byName, name)) return byName[name] as Arbitrary<unknown>;
  const { $ref, anyOf, oneOf, properties, items, type } = given;
  if ($ref !== undefined) return inner(api.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  if (given.const !== undefined) return fc.constant(given.const);
  if (given.enum !== undefined) return fc.constantFrom(...given.enum);
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => inner(one)));
  if (properties !== undefined)
    return fc.record(
      Object.fromEntries(Object.entries(properties).map(([key, part]) => [key, inner(part, key)])),
      { requiredKeys: [...(given.required ?? []), ...('waitMs' in properties ? ['waitMs'] : [])] },
    );
  if (type === 'array') return fc.array(inner(items ?? {}), { maxLength: 3 });
  if (type === 'integer' || type === 'number')
    return fc.oneof(fc.integer({ min: -1, max: 5 }), fc.constantFrom(1e15, 0.5));
  if (type === 'boolean') return fc.boolean();
  return type === 'null' ? fc.constant(null) : strange;
}

const queryOf = (query: Readonly<Record<string, unknown>>): string =>
  Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(wellFormed(String(value)))}`)
    .join('&');
/** A lone surrogate can't be sent in an address. */
const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, '');

function requestOf(
  [path, method, { parameters = [], requestBody, responses }]: readonly [string, string, Described],
  api: OpenApi,
  known: Known,
): Arbitrary<RestRequest> {
  const inQuery = parameters.filter((one) => one.in === 'query');
  const query = fc.record(
    Object.fromEntries(inQuery.map(({ name, schema }) => [name, valueOf(schema, name, api, known)])),
    { requiredKeys: [] },
  );
  const schema = requestBody?.content['application/json']?.schema;
  const json = damaged(schema === undefined ? junk : valueOf(schema, '', api, known)).map((body) =>
    JSON.stringify(body),
  );
  const body = fc.oneof({ weight: 9, arbitrary: json }, { weight: 1, arbitrary: strange });
  return fc
    .record({
      id: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known.orders) }, strange),
      query,
      body: method === 'get' ? fc.constant(null) : fc.option(body, { freq: 12 }),
      key: fc.oneof(fc.uuid(), fc.constantFrom('k-1', 'k-2', ''), printable),
      type: fc.constantFrom(...Array<string>(9).fill('application/json'), 'text/plain', 'x'),
      accept: fc.constantFrom('application/json', '*/*', 'text/html', ''),
    })
    .map((made) => ({
      method: method.toUpperCase(),
      path: `${path.replace('{id}', encodeURIComponent(wellFormed(made.id)))}?${queryOf(made.query)}`,
      headers: {
        'idempotency-key': made.key,
        accept: made.accept,
        ...(made.body !== null && { 'content-type': made.type }),
      },
      body: made.body,
      statuses: Object.keys(responses),
    }));
}

/** Any request that the document describes, and damaged ones. */
export function restRequests(api: OpenApi, known: Known): Arbitrary<RestRequest> {
  const routes = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => [path, method, described] as const),
  );
  return fc.oneof(...routes.map((route) => requestOf(route, api, known)));
}
