// The size of one append: the most that clients may send, and the most that it may take in the log.

/** EventStoreDB's, of which only the data of the events counts. */
export const appendLimitBytes = 1_048_576;

/**
 * For a log that is there to be served: types, metadata and what the server keeps beside each event come on top, and a
 * third where bytes are no JSON.
 */
export const servedAppendBytes = 64 * appendLimitBytes;
