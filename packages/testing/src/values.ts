// Checks of the values that pass through specifications.
import assert from 'node:assert/strict';

/** Freezes plain objects and arrays, nested ones included: writing to them throws from now on. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value) || isPlain(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** Fails on values that JSON would change on the way to the log and back: undefined, dates, maps, NaN. */
export function assertJson(value: unknown): void {
  assert.deepEqual(JSON.parse(JSON.stringify(value)), value, 'stored data must be JSON');
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
