// The secret that signs access tokens, made at the first start and kept beside the data it protects.
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const bytes = 32;
const length = Buffer.alloc(bytes).toString('base64url').length;

/**
 * Reads `jwt-secret` in the data directory, or makes it: 32 random bytes, readable by the owner alone. For whoever has
 * the directory's lock, so that two first starts don't make one each.
 * @throws when the file does not hold a whole secret
 */
export async function keptJwtSecret(dataDirectory: string): Promise<string> {
  const file = join(dataDirectory, 'jwt-secret');
  const kept = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (kept !== null) {
    if (kept.length >= length) return kept;
    throw new Error(`${file} is damaged: remove it to have a new one made, and everyone signs in again`);
  }
  const made = randomBytes(bytes).toString('base64url');
  // It gets its name when it is whole on disk: a crash in between must not leave half a secret.
  const unfinished = `${file}.new`;
  await writeFile(unfinished, made, { mode: 0o600, flush: true });
  await rename(unfinished, file);
  return made;
}
