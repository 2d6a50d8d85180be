// The reason of a person, as an optional field of commands and events.
export type Reasoned = { readonly reason?: string };

/** Returns the field of a reason: absent where none was given, because stored data is JSON, which has no `undefined`. */
export const reasonOf = ({ reason }: { readonly reason?: string | undefined }): Reasoned =>
  reason === undefined ? {} : { reason };
