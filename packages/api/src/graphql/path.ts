// The path at which GraphQL is served.
export const path = '/graphql';
