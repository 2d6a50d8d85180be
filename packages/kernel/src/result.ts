// A refusal by the domain is a value, so that callers must look at it.

export type Result<T, R> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rejection: R };

export const accepted = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const rejected = <R>(rejection: R): { readonly ok: false; readonly rejection: R } => ({
  ok: false,
  rejection,
});

/** A value, or a promise of it. Embedded stores return the value at once; servers return a promise (ADR 0004). */
export type Awaitable<T> = T | Promise<T>;
