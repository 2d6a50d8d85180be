// Requests over REST for specs. A response that the server's own OpenAPI document does not describe fails the spec.
import { expect } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Problem } from '../rest/problems.js';
import type { OrderBody, PaymentReport, ProductsBody } from '../rest/responses.js';
import type { Selected } from './selected.js';

type Operation = {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
};
export type OpenApi = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};

export type Sent = {
  readonly method?: string;
  readonly token?: string | undefined;
  /** of the Idempotency-Key header */
  readonly key?: string | undefined;
  /** sent as JSON */
  readonly body?: unknown;
  /** sent as it is */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The fields of all bodies, none of them null. A spec reads the fields that its route has. */
export type Body = Selected<
  Omit<OrderBody & PaymentReport & ProductsBody & Named<Problem>, 'status'> & {
    readonly status: string | number;
    readonly skus: readonly string[];
  }
>;
/** Without the extensions that a problem may have. */
type Named<T> = { readonly [K in keyof T as string extends K ? never : K]: T[K] };
export type Answered = { readonly status: number; readonly headers: Headers; readonly body: Body };

export type Described = {
  readonly document: OpenApi;
  /** Sends a request to a path, such as `/orders?orderId=1`. */
  send(path: string, sent?: Sent): Promise<Answered>;
  /** Whether a value fits the schema that a pointer into the document names. */
  fits(pointer: string, value: unknown): boolean;
};

export async function describedRest(origin: string): Promise<Described> {
  const document = (await (await fetch(new URL('/openapi.json', origin))).json()) as OpenApi;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'document');
  const at = (pointer: string): ValidateFunction => {
    const found = ajv.getSchema(`document#${pointer}`);
    if (found === undefined) throw new Error(`the document has no ${pointer}`);
    return found;
  };
  const check = (method: string, path: string, { status, headers, body }: Answered): void => {
    const template = templateOf(document, path);
    const described = document.paths[template]?.[method]?.responses[String(status)];
    const where = `${method} ${template} ${status} ${JSON.stringify(body)}`;
    if (described === undefined) throw new Error(`not described: ${where}`);
    const type = headers.get('content-type') ?? '';
    if (described.content?.[type] === undefined) throw new Error(`not described as ${type}: ${where}`);
    const steps = ['paths', template, method, 'responses', String(status), 'content', type, 'schema'];
    const validate = at(`/${steps.map((step) => encodeURIComponent(escaped(step))).join('/')}`);
    if (!validate(body)) throw new Error(`${where}: ${ajv.errorsText(validate.errors)}`);
  };
  return {
    document,
    fits: (pointer, value) => at(pointer)(value),
    async send(path, { method, token, key, body, raw, headers = {} } = {}) {
      const isPost = body !== undefined || raw !== undefined;
      const used = method ?? (isPost ? 'POST' : 'GET');
      const response = await fetch(new URL(path, origin), {
        method: used,
        redirect: 'manual',
        headers: {
          accept: 'application/json',
          ...(isPost && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(key !== undefined && { 'idempotency-key': key }),
          ...headers,
        },
        ...(isPost && { body: raw ?? JSON.stringify(body) }),
      });
      const text = await response.text();
      const { status } = response;
      const shown = JSON.parse(text === '' ? 'null' : text) as Body;
      const answered = { status, headers: response.headers, body: shown };
      if (status !== 303) check(used.toLowerCase(), path.split('?')[0] ?? path, answered);
      if (status >= 400) expect(answered.body).toMatchObject({ status, type: expect.any(String) });
      return answered;
    },
  };
}

const escaped = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');

/** The path of the document that serves this path. */
const templateOf = ({ paths }: OpenApi, path: string): string =>
  path in paths
    ? path
    : (Object.keys(paths).find((template) =>
        new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
      ) ?? path);
