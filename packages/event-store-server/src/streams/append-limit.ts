// The size of one append: the most that clients may send, and the most that it may take in the log.

/** EventStoreDB's limit, which counts only the data of the events. */
export const appendLimitBytes = 1_048_576;

/**
 * For a log behind the server: types, metadata and the server's own data for each event are added, and a third for
 * bytes that are not JSON.
 */
export const servedAppendBytes = 64 * appendLimitBytes;
