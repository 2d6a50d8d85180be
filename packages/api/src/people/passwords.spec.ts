// Accepted passwords, equality of passwords in different Unicode forms, and many passwords at the same time.
import { hash } from '@node-rs/argon2';
import { describe, expect, test } from '@jest/globals';
import { createPasswords, HashingBusy, hashParameters } from './passwords.js';

const composed = 'caf\u00e9 au lait';
const decomposed = 'cafe\u0301 au lait';

describe('a password', () => {
  test('is the same with composed and with decomposed letters', async () => {
    const passwords = await createPasswords();
    const hashed = await passwords.hash(decomposed);
    expect(await passwords.verify(hashed, composed)).toBe('right');
    expect(await passwords.verify(hashed, decomposed)).toBe('right');
    expect(await passwords.verify(hashed, 'cafe au lait')).toBe('wrong');
  });

  test('that an earlier version hashed without normalising is right in its old form, and has to be hashed anew', async () => {
    const passwords = await createPasswords();
    const kept = await hash(decomposed, hashParameters);
    expect(await passwords.verify(kept, decomposed)).toBe('outdated');
  });

  test('is wrong for an unknown account, and for an account without a password', async () => {
    const passwords = await createPasswords();
    expect(await passwords.verify(null, 'the password of nobody')).toBe('wrong');
    expect(await passwords.verify('!', 'the password of nobody')).toBe('wrong');
  });
});

describe('more passwords than can be hashed in seconds', () => {
  test('are refused at once with the time to try again, and the program’s own are not', async () => {
    const passwords = await createPasswords();
    const asked = Array.from({ length: 2_000 }, () => passwords.verify(null, composed));
    const own = passwords.patient.verify(null, composed);
    const settled = await Promise.allSettled(asked);
    const reasons = settled.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
    expect(reasons.length).toBeGreaterThan(100);
    for (const reason of reasons) {
      expect(reason).toBeInstanceOf(HashingBusy);
      expect((reason as HashingBusy).retryAfterMs).toBeGreaterThan(0);
    }
    expect(await own).toBe('wrong');
    expect(await passwords.verify(null, composed)).toBe('wrong');
  }, 60_000);
});
