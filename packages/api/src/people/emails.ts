// Finds the account of an e-mail address. The id of the address's stream is a keyed digest of the address; the account's
// id is random, so that it reveals nothing.
import {
  account,
  accountCategory,
  accountStream,
  email,
  emailKey,
  emailKeyStream,
  emailStream,
  type AccountRegistered,
} from '@holdfast/accounts';
import type { EventStore } from '@holdfast/event-store';
import { streamId, type Position, type RecordedEvent } from '@holdfast/kernel';
import type { CommandHandler } from '@holdfast/runtime';
import { unkeyedAccountIdOf } from '../commands/derivations.js';
import type { Execute } from './execute.js';
import { derivedKey, keyedDigest, keyedId, type Key } from './keys.js';

/** Accounts of this log were registered under another key: with this one, no account could sign in. */
export class AnotherEmailKey extends Error {
  override readonly name = 'AnotherEmailKey';
}

export type EmailsOptions = {
  readonly commands: CommandHandler;
  readonly store: EventStore;
  readonly execute: Execute;
  readonly secret: string;
  /** Whether other processes register people in this log: then a key is not replaced under them. */
  readonly shared: boolean;
};

const pageOfEvents = 500;

/** Returns the same text for one address in any spelling (letter case, spaces around it, Unicode form). */
export const normalisedEmail = (address: string): string => address.trim().normalize('NFC').toLowerCase();

export class Emails {
  readonly #key: Key;

  constructor(private readonly options: EmailsOptions) {
    this.#key = derivedKey(options.secret, 'e-mail addresses');
  }

  /** Returns the account id that an address is claimed for, registered or not; null when the address is free. */
  async find(address: string): Promise<string | null> {
    const { state } = await this.options.commands.load(email, emailStream(this.#digest(address)));
    return state.status === 'CLAIMED' ? state.accountId : this.#unclaimed(address);
  }

  /** Claims an address. Returns its account id from now on: `accountId` when the address was free. */
  async claim(address: string, accountId: string): Promise<string> {
    const data = {
      digest: this.#digest(address),
      accountId: (await this.#unclaimed(address)) ?? accountId,
    };
    await this.options.execute({ type: 'ClaimEmail', data }, 'system');
    return (await this.find(address)) ?? data.accountId;
  }

  /** Accounts of earlier versions have an id that is derived from the address, and no claim of the address. */
  async #unclaimed(address: string): Promise<string | null> {
    const id = unkeyedAccountIdOf(address);
    const { state } = await this.options.commands.load(account, accountStream(id));
    return state.status === 'REGISTERED' ? id : null;
  }

  /** Must be called before anything else. @throws AnotherEmailKey when the log has a different key that can't be replaced */
  async settleKey(): Promise<void> {
    const { commands, execute, shared } = this.options;
    const fingerprint = keyedDigest(this.#key, 'fingerprint');
    const { state } = await commands.load(emailKey, emailKeyStream);
    const instead = state.fingerprint;
    if (instead !== null && instead !== fingerprint) {
      if (shared) throw new AnotherEmailKey('people were registered in this log under another key');
      await this.#claimAll();
    }
    const outcome = await execute({ type: 'ChooseEmailKey', data: { fingerprint, instead } }, 'system');
    if (!outcome.ok)
      throw new AnotherEmailKey('another process is registering people in this log under another key');
  }

  /** Claims all addresses under a new key, before the key is stored. After a crash this runs again. */
  async #claimAll(): Promise<void> {
    const filter = { streamPrefixes: [`${accountCategory}-`] };
    for (let after: Position | undefined; ;) {
      const page = await this.options.store.readAll({
        filter,
        limit: pageOfEvents,
        ...(after !== undefined && { after }),
      });
      const registered = page.filter(({ type }) => type === 'AccountRegistered');
      await Promise.all(
        registered.map(({ stream, data }: RecordedEvent) =>
          this.claim((data as AccountRegistered['data']).email, streamId(stream)),
        ),
      );
      if (page.length < pageOfEvents) return;
      after = page.at(-1)?.position;
    }
  }

  #digest(address: string): string {
    return keyedId(this.#key, normalisedEmail(address));
  }
}
