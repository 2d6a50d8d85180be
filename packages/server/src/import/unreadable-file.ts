// The one error of a file that cannot be imported at all.

/** The file is no list of invoices. The message says where and why; nothing was imported. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}
