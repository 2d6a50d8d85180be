// Apollo's responses over HTTP: every error has the operation's correlation id, and the status follows the media type.
import type { ApolloServerPlugin, GraphQLRequestContextWillSendResponse } from '@apollo/server';
import { codeOf, presentError, type Report } from './errors.js';
import type { RequestContext } from './request-context.js';
import type { Admission } from './admission.js';

/** Admits operations, makes each error fit for callers, and ends the operation with its outcome. */
export function responsePlugin(admission: Admission, report: Report): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: ({ contextValue: { correlationId, operation, viewer, address } }) =>
      Promise.resolve({
        didResolveOperation: async ({ schema, operation: definition, document, operationName, request }) => {
          if (definition !== undefined) operation.asks(definition);
          const variables = request.variables ?? {};
          const refusal = await admission({ schema, document, operationName, variables, viewer, address });
          if (refusal !== null) throw refusal;
        },
        willSendResponse: (answer) => {
          const presented = answer.errors?.map((error) => presentError(error, correlationId, report));
          const { body } = answer.response;
          if (body.kind === 'single' && presented !== undefined) body.singleResult.errors = presented;
          setStatus(answer);
          operation.end(presented?.[0] === undefined ? 'ok' : codeOf(presented[0]));
          return Promise.resolve();
        },
      }),
  };
}

/**
 * A well-formed request with a wrong document or wrong variables is 200 under `application/json` and 400 under
 * `application/graphql-response+json`: GraphQL over HTTP, section 6.4.
 */
function setStatus({
  request,
  response: { body, http },
  errors,
}: GraphQLRequestContextWillSendResponse<RequestContext>): void {
  const hasData = body.kind === 'single' && body.singleResult.data !== undefined;
  if (errors === undefined || hasData || request.query === undefined || http.status === 405) return;
  const accept = request.http?.headers.get('accept') ?? '';
  http.status = accept.includes('application/graphql-response+json') ? 400 : 200;
}
