// The same request must always derive the same ids: they are in the log.
import { describe, expect, test } from '@jest/globals';
import { commandIdOf, fingerprintOf, orderIdOf, unkeyedAccountIdOf } from './derivations.js';

describe('ids that follow from a request', () => {
  test('are the same as when the first log was written', () => {
    expect(unkeyedAccountIdOf('ada@example.com')).toBe('4f74acdeb1d433fb86098bcf41d14c63');
    expect(orderIdOf('c1', 'k1')).toBe('4857ea292772631e8d500e24d44f65dc');
    expect(commandIdOf('c1', 'deposit', 'k1')).toBe('336694257bf17435d41df0cdc081320a');
  });

  test('do not depend on how an e-mail is written', () => {
    expect(unkeyedAccountIdOf(' Ada@Example.com ')).toBe(unkeyedAccountIdOf('ada@example.com'));
  });

  test('differ when the same text is parted at another place', () => {
    expect(orderIdOf('a', 'bc')).not.toBe(orderIdOf('ab', 'c'));
  });
});

describe('the fingerprint of a request', () => {
  test('does not depend on the order of its fields', () => {
    expect(fingerprintOf({ a: 1, b: { c: 2, d: [3] } })).toBe(fingerprintOf({ b: { d: [3], c: 2 }, a: 1 }));
  });

  test('depends on every value', () => {
    expect(fingerprintOf({ lines: [{ sku: 'A', quantity: 1 }] })).not.toBe(
      fingerprintOf({ lines: [{ sku: 'A', quantity: 2 }] }),
    );
  });
});
