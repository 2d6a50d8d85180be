// The texts for a customer about a failed request of any kind.
import type { CombinedError } from 'urql';
import type { Words } from '../words/en.js';

type Refusal = { readonly __typename: string; readonly message?: string; readonly retryAfterMs?: number };

/** In words; the server's own where the catalogue has none. */
export function refusalText(words: Words, refusal: Refusal): string {
  if (refusal.__typename === 'RateLimitedError')
    return words.refused.rateLimited(Math.ceil((refusal.retryAfterMs ?? 1000) / 1000));
  return refusal.message ?? words.refused.unexpected;
}

export const failureText = (words: Words, error: CombinedError | undefined): string =>
  error?.networkError !== undefined
    ? words.refused.unreachable
    : (error?.graphQLErrors[0]?.message ?? words.refused.unexpected);
