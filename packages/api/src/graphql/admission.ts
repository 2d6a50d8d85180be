// Admission: an operation may begin when its cost is bounded and its caller has not used up the cost of this minute.
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import { badInput, graphQLError } from './errors.js';
import type { RateLimits } from '../people/rate-limits.js';
import type { Viewer } from '../people/viewer.js';
import { costOf } from './query-cost.js';

/** Far above the cost of the largest page of any list with every field that a screen shows. */
export const maxCost = 50_000;

export type Asked = {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly viewer: Viewer | null;
  readonly address: string;
};

/** Counts the operation's cost for its caller. Returns the refusal, or null when the operation may begin. */
export type Admission = (asked: Asked) => Promise<GraphQLError | null>;

export const createAdmission =
  (limits: Pick<RateLimits, 'queryCostPerUser' | 'queryCostPerAddress'>): Admission =>
  async ({ schema, document, operationName, variables, viewer, address }) => {
    const cost = costOf(schema, document, variables, operationName);
    if (cost === null) return null;
    if (cost > maxCost)
      return badInput(`this asks for up to ${cost} fields, of at most ${maxCost}: ask for smaller pages`);
    const retryAfterMs =
      viewer === null || viewer.isGuest === true
        ? await limits.queryCostPerAddress.exceeded(address, cost)
        : await limits.queryCostPerUser.exceeded(viewer.id, cost);
    return retryAfterMs === null
      ? null
      : graphQLError('RATE_LIMITED', 'too many requests: try again later', { retryAfterMs });
  };
