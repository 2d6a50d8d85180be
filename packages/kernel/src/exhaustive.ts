// Two functions for impossible states. Both throw: they mark bugs, never refusals by the domain.

export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** Ends a switch over a union; the compiler refuses the call while a member is unhandled. */
export function assertNever(value: never): never {
  throw new InvariantViolation(`unhandled case: ${JSON.stringify(value)}`);
}

/** @throws InvariantViolation when `condition` is false: the program is wrong, not its input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (condition !== true) throw new InvariantViolation(message);
}
