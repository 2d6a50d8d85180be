// Passwords: what is accepted, and how it is hashed. Hashing takes memory and time by design, so only a few run at once.
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 iterations, 1 lane. */
/** `Algorithm.Argon2id`, which as a const enum can't be imported. */
const argon2id = 2;
const parameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const presentHash = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

/** Out of the four threads that Node has for this; the rest stay free for files. */
const atOnce = 2;

export const passwordLength = { min: 8, max: 128 };

/** The most used ones of at least 8 characters, lower case (NIST SP 800-63B 5.1.1.2 asks for such a list). */
const common = new Set(
  `password password1 password12 password123 passw0rd p@ssw0rd p@ssword 12345678 123456789 1234567890 123123123
  11111111 00000000 87654321 88888888 987654321 qwertyui qwertyuiop qwerty123 1q2w3e4r 1qaz2wsx zaq12wsx iloveyou
  sunshine princess football baseball superman trustno1 abcd1234 abc12345 computer whatever starwars letmein1
  welcome1 changeme administrator internet michelle jennifer liverpool asdfghjk asdfasdf`.split(/\s+/),
);

export const isCommon = (password: string): boolean => common.has(password.toLowerCase());

export type Passwords = {
  hash(password: string): Promise<string>;
  /** `hashed` null, for someone unknown, takes the same time and is false. */
  verify(hashed: string | null, password: string): Promise<boolean>;
  /** made with weaker parameters than today's */
  isOutdated(hashed: string): boolean;
};

export async function createPasswords(): Promise<Passwords> {
  const inTurn = pLimit(atOnce);
  const nobodys = await hash('the password of nobody', parameters);
  return {
    hash: (password) => inTurn(() => hash(password, parameters)),
    verify: async (hashed, password) => {
      const matches = await inTurn(() => verify(hashed ?? nobodys, password));
      return matches && hashed !== null;
    },
    isOutdated: (hashed) => !presentHash.test(hashed),
  };
}
