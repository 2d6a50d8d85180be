// The error of a file that cannot be imported.

/** The file is no list of invoices. The message has the place and the reason; nothing was imported. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}
