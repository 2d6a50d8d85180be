// Two limits for the size of one append: of the data that clients send, and of the bytes in the log.

/** EventStoreDB's limit, which counts only the data of the events. */
export const appendLimitBytes = 1_048_576;

/**
 * The limit in a log behind the server. An append takes more bytes there than its data: types, metadata and the server's
 * own data for each event, and a third more for data that is not JSON.
 */
export const servedAppendBytes = 64 * appendLimitBytes;
