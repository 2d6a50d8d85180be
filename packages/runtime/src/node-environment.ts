// The only source of real time, chance and identity. A simulator passes its own environment.
import { randomBytes, randomFillSync } from 'node:crypto';
import type { Environment } from '@holdfast/kernel';

/**
 * Random UUIDs of version 4 (RFC 9562), each one text. `crypto.randomUUID` composes an id of twenty short texts and keeps
 * them all as long as the id lives. Ids live in events, so those texts were most of what the garbage collector copied.
 */
function uuids(): () => string {
  const pool = Buffer.alloc(256 * 16);
  const text = Buffer.from('00000000-0000-4000-8000-000000000000');
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    for (let n = 0, at = 0; n < 16; n += 1, at += 2) {
      if (n === 4 || n === 6 || n === 8 || n === 10) at += 1;
      let byte = pool[used + n] as number;
      if (n === 6) byte = (byte & 0x0f) | 0x40;
      if (n === 8) byte = (byte & 0x3f) | 0x80;
      text[at] = digits[byte >> 4] as number;
      text[at + 1] = digits[byte & 0x0f] as number;
    }
    used += 16;
    return text.toString('latin1');
  };
}

const digits = Buffer.from('0123456789abcdef');

export const nodeEnvironment = (): Environment => ({
  clock: { now: () => Date.now() },
  scheduler: {
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => {
        clearTimeout(timer);
      };
    },
    soon: (run) => {
      setImmediate(run);
    },
  },
  ids: { next: uuids() },
  random: { next: () => Math.random() },
  secrets: { bytes: (count) => randomBytes(count) },
});
