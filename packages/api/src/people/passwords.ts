// Accepts and hashes passwords. A hash needs memory and time by design, so only a few run at once, and only as many wait
// as can have their turn within seconds.
import { normalised } from '@holdfast/accounts';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';

/** `Algorithm.Argon2id`, which as a const enum can't be imported. */
const argon2id = 2;
/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 iterations, 1 lane. */
export const hashParameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const presentHash = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

/** Node has four threads for this work; the others stay free for files. */
const atOnce = 2;
/** Far below the time limit of an operation. */
const longestWaitMs = 4_000;
/** Number of passwords that may always wait, even on a slow machine. */
const leastWaiting = 32;

/** The most used ones of at least 8 characters, lower case (NIST SP 800-63B 5.1.1.2 asks for such a list). */
const common = new Set(
  `password password1 password12 password123 passw0rd p@ssw0rd p@ssword 12345678 123456789 1234567890 123123123
  11111111 00000000 87654321 88888888 987654321 qwertyui qwertyuiop qwerty123 1q2w3e4r 1qaz2wsx zaq12wsx iloveyou
  sunshine princess football baseball superman trustno1 abcd1234 abc12345 computer whatever starwars letmein1
  welcome1 changeme administrator internet michelle jennifer liverpool asdfghjk asdfasdf`.split(/\s+/),
);

export const isCommon = (password: string): boolean => common.has(normalised(password).toLowerCase());

/** Too many passwords wait to be hashed. */
export class HashingBusy extends Error {
  override readonly name = 'HashingBusy';
  constructor(readonly retryAfterMs: number) {
    super('too many passwords wait to be hashed');
  }
}

export type Hashing = {
  hash(password: string): Promise<string>;
  /**
   * Returns `right`, `wrong`, or `outdated`, which is right and has to be hashed anew. With `hashed` null, for an unknown
   * account, it takes the same time and returns `wrong`.
   */
  verify(hashed: string | null, password: string): Promise<'right' | 'outdated' | 'wrong'>;
};

/** For callers from outside. `patient` is for the program itself, and waits instead of throwing. @throws HashingBusy */
export type Passwords = Hashing & { readonly patient: Hashing };

export async function createPasswords(): Promise<Passwords> {
  const limit = pLimit(atOnce);
  /** time of one hash, averaged over the last few */
  let turnMs = 0;
  const inTurn = <T>(run: () => Promise<T>): Promise<T> =>
    limit(async () => {
      const started = performance.now();
      try {
        return await run();
      } finally {
        const tookMs = performance.now() - started;
        turnMs = turnMs === 0 ? tookMs : 0.8 * turnMs + 0.2 * tookMs;
      }
    });
  const nobodys = await inTurn(() => hash('the password of nobody', hashParameters));

  const hashing = (turn: <T>(run: () => Promise<T>) => Promise<T>): Hashing => ({
    hash: (password) => turn(() => hash(normalised(password), hashParameters)),
    verify: (hashed, password) =>
      turn(async () => {
        const known = hashed?.startsWith('$argon2') === true ? hashed : null;
        const composed = normalised(password);
        if (await verify(known ?? nobodys, composed)) {
          if (known === null) return 'wrong';
          return presentHash.test(known) ? 'right' : 'outdated';
        }
        // Earlier versions hashed passwords without normalising them.
        if (composed === password || !(await verify(known ?? nobodys, password))) return 'wrong';
        return known === null ? 'wrong' : 'outdated';
      }),
  });

  const unlessBusy = <T>(run: () => Promise<T>): Promise<T> => {
    const waiting = limit.pendingCount;
    const waitMs = (waiting / atOnce) * turnMs;
    if (waiting < leastWaiting || waitMs <= longestWaitMs) return inTurn(run);
    return Promise.reject(new HashingBusy(Math.ceil(waitMs)));
  };
  return { ...hashing(unlessBusy), patient: hashing(inTurn) };
}
