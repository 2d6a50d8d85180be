// The reason of an act of staff: needed where the act takes or gives something, optional where callers may leave it out.
import { badInput } from './errors.js';
import { given, optional, text } from './inputs.js';

const longest = 500;
const needed = text(longest);

/** The field of an input. */
export const optionalReason = optional(needed);

/** An argument. @throws GraphQLError BAD_USER_INPUT */
export function reasonArgument(reason: string): string {
  const parsed = needed.safeParse(reason);
  if (!parsed.success) throw badInput(`reason: 1 to ${longest} characters`);
  return parsed.data;
}

/** An argument that may be left out; null counts as left out. @throws GraphQLError BAD_USER_INPUT */
export const optionalReasonArgument = (reason: string | null | undefined): string | undefined =>
  given(reason) ? reasonArgument(reason) : undefined;
