// The progress of a group, as text: a revision of its stream, or a position in the log.

const all = '$all';

export const placeText = (source: string, at: number): string =>
  source === all ? `C:${at}/P:${at}` : String(at);

/** Reads a checkpoint, also one in the older form, which is a number. */
export const placeOf = (checkpoint: unknown): number =>
  typeof checkpoint === 'number' ? checkpoint : Number(/\d+/u.exec(String(checkpoint))?.[0]);
