// Secrets that are made at the first start and kept beside the data they protect.
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiSettings } from '@holdfast/api';
import type { Settings } from './settings.js';

const bytes = 32;
const length = Buffer.alloc(bytes).toString('base64url').length;

/** Advice for operators, for each secret with a damaged file. */
const kinds = {
  'jwt-secret': 'remove it to have a new one made, and everyone signs in again',
  'email-key': 'remove it to have a new one made',
} as const;

/**
 * Reads a secret in the data directory, or makes it: 32 random bytes, readable by the owner only. The caller has the
 * directory's lock, so that two first starts don't make one each.
 * @throws when the file does not have a complete secret
 */
async function keptSecret(dataDirectory: string, name: keyof typeof kinds): Promise<string> {
  const file = join(dataDirectory, name);
  const kept = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (kept !== null) {
    if (kept.length >= length) return kept;
    throw new Error(`${file} is damaged: ${kinds[name]}`);
  }
  const made = randomBytes(bytes).toString('base64url');
  // The file gets its name once it is complete on the disk: a crash must not leave half a secret.
  const unfinished = `${file}.new`;
  await writeFile(unfinished, made, { mode: 0o600, flush: true });
  await rename(unfinished, file);
  return made;
}

type Secrets = Pick<ApiSettings, 'jwtSecret' | 'previousJwtSecrets' | 'emailKey' | 'sharesLog'>;

/**
 * The keys that sign tokens and find e-mail addresses. Processes that share a log have them from their settings only; a
 * separate key for addresses is needed there only once JWT_SECRET has changed.
 */
export async function secretsOf(settings: Settings): Promise<Secrets> {
  const { dataDirectory, mongodbUrl, previousJwtSecrets, emailKey } = settings;
  const sharesLog = mongodbUrl !== null;
  const jwtSecret = settings.jwtSecret ?? (await keptSecret(dataDirectory, 'jwt-secret'));
  const kept = sharesLog ? jwtSecret : await keptSecret(dataDirectory, 'email-key');
  return { jwtSecret, previousJwtSecrets, emailKey: emailKey ?? kept, sharesLog };
}
