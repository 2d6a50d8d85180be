// The faults of messages between process managers, aggregates and the gateway: a message is lost, unanswered, repeated or
// late, or a process manager crashes after it.

export const commandFaults = ['lost', 'unanswered', 'twice', 'late', 'crash'] as const;
/**
 * `lost`: the request did not reach the gateway; `unanswered`: it was carried out, and the reply is lost. In both cases
 * the request is sent again, without limit.
 */
export const gatewayFaults = ['lost', 'unanswered', 'twice', 'late'] as const;
export const inputFaults = ['late', 'twice', 'crash'] as const;
export type Fault = (typeof commandFaults)[number];
