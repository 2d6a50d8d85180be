// Runs what a person writes in GraphiQL: queries and mutations over HTTP, subscriptions over the socket of the session.
import type { SubscribePayload } from 'graphql-ws';
import { endpoint } from '../../../shared/api/transport.js';
import type { Api } from '../../../shared/api/client.js';

type Written = {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: unknown;
};
type Definitions = {
  readonly definitions: readonly {
    readonly kind: string;
    readonly operation?: string;
    readonly name?: { readonly value: string } | undefined;
  }[];
};

/** Whether the named operation of the document, or its only one, is a subscription. */
export const isSubscription = (
  { definitions }: Definitions,
  operationName: string | null | undefined,
): boolean =>
  definitions.some(
    ({ operation, name }) =>
      operation === 'subscription' && (operationName ?? null) === (name?.value ?? null),
  );

/** The result as GraphiQL shows it: the server's body, or an iteration over the results of a subscription. */
export const fetcherOf =
  ({ direct }: Api) =>
  async (written: Written, document: Definitions | null | undefined): Promise<unknown> => {
    if (document !== null && document !== undefined && isSubscription(document, written.operationName))
      return direct.socket.iterate(written as SubscribePayload);
    const response = await direct.fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(written),
    });
    return response.json();
  };
