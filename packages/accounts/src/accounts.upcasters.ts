// Lifts stored events of older versions to their present shape.
import type { Upcasters } from '@holdfast/kernel';
import type { SessionRefreshed, SessionStarted } from './account.events.js';

/** Lifetime of every refresh token of version 1: its start is derived from its end. */
const tokenLifeMs = 30 * 24 * 60 * 60 * 1000;
/** Lifetime that sessions of version 1 get, counted from their start. */
const sessionLifeMs = 90 * 24 * 60 * 60 * 1000;

const later = (time: string, ms: number): string => new Date(Date.parse(time) + ms).toISOString();

type StartedV1 = Omit<SessionStarted['data'], 'generation' | 'endsAt'>;
type RefreshedV1 = Omit<SessionRefreshed['data'], 'at'>;

export const upcasters: Upcasters = {
  SessionStarted: [
    (data: StartedV1): SessionStarted['data'] => ({
      ...data,
      generation: 0,
      endsAt: later(data.expiresAt, sessionLifeMs - tokenLifeMs),
    }),
  ],
  SessionRefreshed: [
    (data: RefreshedV1): SessionRefreshed['data'] => ({ ...data, at: later(data.expiresAt, -tokenLifeMs) }),
  ],
};
