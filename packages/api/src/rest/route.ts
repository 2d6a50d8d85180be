// A REST route as data: its shapes check requests and become the OpenAPI document, so that the two can't differ.
import type { z } from 'zod';
import type { Caller } from './graphql-operations.js';
import { problemOf, type Problem, type ProblemCode } from './problems.js';

export type Outcome =
  | {
      readonly ok: true;
      readonly status: number;
      readonly body: object;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly problem: Problem };

/** `key`: the value of the Idempotency-Key header; empty where the route needs none. */
export type Asked<Query, Body> = {
  readonly caller: Caller;
  readonly query: Query;
  readonly body: Body;
  /** the `id` of the path; empty where the path has none */
  readonly id: string;
  readonly key: string;
};

export type RouteOf<Query extends z.ZodObject, Body extends z.ZodType | null> = {
  readonly method: 'get' | 'post';
  readonly paths: readonly string[];
  readonly name: string;
  readonly summary: string;
  /** Whether anybody may call it. All others need a bearer token. */
  readonly isPublic?: boolean;
  readonly needsKey?: boolean;
  readonly query: Query;
  readonly body: Body;
  /** Whether a browser is sent to the page of the order instead. */
  readonly isForBrowsers?: boolean;
  /** Whether the body may be left out: its shape then accepts null. */
  readonly isBodyOptional?: boolean;
  /** The name of the body of each successful response. */
  readonly responses: Readonly<Record<number, { readonly body: string; readonly description: string }>>;
  /** Codes of problems, besides those that every route has. */
  readonly problems: readonly ProblemCode[];
  handle(
    this: void,
    asked: Asked<z.output<Query>, Body extends z.ZodType ? z.output<Body> : null>,
  ): Promise<Outcome>;
};

export type Route = Omit<RouteOf<z.ZodObject, z.ZodType | null>, 'handle'> & {
  handle(this: void, asked: Asked<never, never>): Promise<Outcome>;
};

export const route = <Query extends z.ZodObject, Body extends z.ZodType | null>(
  described: RouteOf<Query, Body>,
): Route => described;

export const refuse = (
  code: ProblemCode,
  detail: string,
  { correlationId }: Caller,
  extensions: object = {},
): Outcome => ({ ok: false, problem: problemOf(code, detail, correlationId, extensions) });
