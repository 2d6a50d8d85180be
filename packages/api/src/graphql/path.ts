// Where GraphQL is served.
export const path = '/graphql';
