// Random requests of every kind that the API takes, for specs of the packages above.
export { graphqlBodies } from './random/graphql-requests.js';
export { restRequests, type OpenApi, type RestRequest } from './random/rest-requests.js';
export { socketTalks, talk, type Talk } from './random/socket-talks.js';
export type { Known } from './random/values.js';
