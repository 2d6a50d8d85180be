// Guests: people without an account, who order, pay by card, and follow their own orders. A guest is a random id with a
// session, and nothing else; the e-mail address is in the order.
import type { Ids } from '@holdfast/kernel';
import { invariant } from '@holdfast/kernel';
import { rateLimited } from '../graphql/errors.js';
import type { Execute } from './execute.js';
import type { RateLimits } from './rate-limits.js';
import type { Sessions, Tokens } from './sessions.js';

export type GuestsOptions = {
  readonly execute: Execute;
  readonly sessions: Sessions;
  readonly limits: Pick<RateLimits, 'guestSessionsPerAddress'>;
  readonly ids: Ids;
};

export class Guests {
  constructor(private readonly options: GuestsOptions) {}

  async start(address: string) {
    const { execute, sessions, limits, ids } = this.options;
    const retryAfterMs = await limits.guestSessionsPerAddress.exceeded(address);
    if (retryAfterMs !== null) return rateLimited(retryAfterMs);
    const accountId = ids.next();
    const outcome = await execute({ type: 'AdmitGuest', data: { accountId } }, accountId);
    invariant(outcome.ok, 'a new id is a guest');
    return guestSession(await sessions.start(accountId, 0));
  }
}

export const guestSession = ({ accountId, ...tokens }: Tokens) => ({
  __typename: 'GuestSession' as const,
  ...tokens,
  guestId: accountId,
});
