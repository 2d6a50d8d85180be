// Files that need the token of their reader, so that a plain link to them would not do.
import type { Session } from './session.js';
import { endpoint } from './transport.js';

/** Saves the file under this name. Returns whether that worked. `path` is relative to the GraphQL endpoint. */
export async function download(session: Session, path: string, name: string): Promise<boolean> {
  const token = await session.token().catch(() => null);
  const from = new URL(path, new URL(endpoint, location.href));
  const headers = { authorization: `Bearer ${token ?? ''}` };
  const response = await fetch(from, { headers }).catch(() => null);
  if (response?.ok !== true) return false;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
  return true;
}
