// How much one append may hold: what clients may send, and what that may take in the log.

/** EventStoreDB's: data, metadata, and two bytes for each character of a type. */
export const appendLimitBytes = 1_048_576;

/**
 * For a log that is there to be served: to what clients send it adds some hundred bytes for each event, and a third
 * where they are no JSON.
 */
export const servedAppendBytes = 64 * appendLimitBytes;
