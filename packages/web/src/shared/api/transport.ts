// One operation over HTTP, without a cache. The session itself uses it, since the client of all other operations needs the
// session.
import { stringifyDocument, type TypedDocumentNode } from '@urql/core';
import { learnServerTime } from './server-clock.js';
import { NotReached, type Ask } from './session.js';

/** `fetch` that also learns the server's time. */
export const timedFetch: typeof fetch = async (input, init) => {
  const sentAt = Date.now();
  const response = await fetch(input, init);
  learnServerTime(response, sentAt, Date.now());
  return response;
};

export const endpoint = '/graphql';

type Body<Data> = { readonly data?: Data | null; readonly errors?: readonly { readonly message: string }[] };

export const ask: Ask = async <Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  token?: string,
): Promise<Data> => {
  let body: Body<Data>;
  try {
    const response = await timedFetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        // Refresh tokens come and go in a cookie that no script can read.
        'x-holdfast-refresh': 'cookie',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: stringifyDocument(document), variables }),
    });
    body = (await response.json()) as Body<Data>;
  } catch (error) {
    throw new NotReached('the server can not be reached', { cause: error });
  }
  if (body.data === undefined || body.data === null)
    throw new NotReached(body.errors?.[0]?.message ?? 'the server gave no data');
  return body.data;
};
