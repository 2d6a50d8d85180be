// Introspection in production: off, or for staff alone where the console has a page for queries.
import type { ApolloServerPlugin } from '@apollo/server';
import type { Viewer } from '../people/viewer.js';
import { NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import type { RequestContext } from './request-context.js';

const isStaff = (viewer: Viewer | null): boolean =>
  viewer?.roles.some((role) => role !== 'CUSTOMER') ?? false;

/** Refuses introspection by anyone but staff, as the validation rule would. */
export const introspectionByStaff: ApolloServerPlugin<RequestContext> = {
  requestDidStart: ({ contextValue: { viewer } }) =>
    Promise.resolve({
      didResolveOperation: ({ schema, document }) => {
        const [refused] = isStaff(viewer)
          ? []
          : validate(schema, document, [NoSchemaIntrospectionCustomRule]);
        return refused === undefined ? Promise.resolve() : Promise.reject(refused);
      },
    }),
};
