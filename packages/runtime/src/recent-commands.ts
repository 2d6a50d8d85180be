// The commands of one stream that are recognised when they are repeated: those of one day, within a fixed number of
// bytes. Ids and fingerprints come from callers, so a long one is kept as its digest.
import { hash } from 'node:crypto';
import { beforeAll, type Position } from '@holdfast/kernel';

export type RememberedCommand = {
  readonly fingerprint: string;
  /** revision of the command's last event */
  readonly revision: number;
  readonly position: Position;
  readonly atMs: number;
};

/** How long a command is recognised; short streams remember for ever. */
const rememberMs = 24 * 60 * 60 * 1000;
const rememberAtLeast = 1000;
/** About 250 bytes each, so at most 5 MB of one stream. */
export const rememberAtMost = 20_000;
const longestKept = 64;

/** A part of the remembered commands, for a snapshot. `forgottenUpTo`: commands up to there may be missing. */
export type RememberedSlice = {
  readonly forgottenUpTo: Position;
  readonly commands: readonly (readonly [string, RememberedCommand])[];
};

export class RecentCommands {
  /** oldest first */
  readonly #byId = new Map<string, RememberedCommand>();
  /** Commands up to this position may be forgotten. */
  #forgottenUpTo: Position = beforeAll;

  get size(): number {
    return this.#byId.size;
  }

  get(commandId: string): RememberedCommand | undefined {
    return this.#byId.get(ofFixedSize(commandId));
  }

  has(commandId: string, fingerprint: string): boolean {
    return this.get(commandId)?.fingerprint === ofFixedSize(fingerprint);
  }

  add(commandId: string, fingerprint: string, command: Omit<RememberedCommand, 'fingerprint'>): void {
    this.#byId.set(ofFixedSize(commandId), { ...command, fingerprint: ofFixedSize(fingerprint) });
    if (this.#byId.size > rememberAtMost) this.#forgetOldest();
  }

  /** Whether every command that was carried out behind the position is remembered. */
  covers(position: Position): boolean {
    return position >= this.#forgottenUpTo;
  }

  forgetOld(nowMs: number): void {
    while (this.#byId.size > rememberAtLeast) {
      const [oldest] = this.#byId.values();
      if (oldest === undefined || oldest.atMs > nowMs - rememberMs) return;
      this.#forgetOldest();
    }
  }

  /** A copy in lists of at most `limit`. */
  slices(limit: number): readonly RememberedSlice[] {
    const all = [...this.#byId];
    const slices: RememberedSlice[] = [];
    const forgottenUpTo = this.#forgottenUpTo;
    for (let n = 0; n === 0 || n < all.length; n += limit)
      slices.push({ forgottenUpTo, commands: all.slice(n, n + limit) });
    return slices;
  }

  addSlice({ forgottenUpTo, commands }: RememberedSlice): void {
    this.#forgottenUpTo = forgottenUpTo;
    for (const [id, command] of commands) this.#byId.set(id, command);
  }

  #forgetOldest(): void {
    for (const [id, { position }] of this.#byId) {
      this.#byId.delete(id);
      this.#forgottenUpTo = Math.max(this.#forgottenUpTo, position);
      return;
    }
  }
}

const ofFixedSize = (text: string): string =>
  text.length <= longestKept ? text : hash('sha256', text, 'base64url');
