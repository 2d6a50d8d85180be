// Limits on what one caller may do in a minute: far above what honest callers need, and low enough to prevent guessing.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Each is per minute. */
export type Limits = {
  readonly registrationsPerAddress: number;
  readonly guestSessionsPerAddress: number;
  readonly guestOrdersPerAddress: number;
  /** of `orderByCode` */
  readonly orderLookUpsPerAddress: number;
  /** for any address; a success resets them */
  readonly failedLookUpsPerCode: number;
  readonly signInsPerAddress: number;
  /** failures; a success resets them */
  readonly failedSignInsPerAccount: number;
  readonly mutationsPerUser: number;
  /** cost in fields, with page sizes multiplied out */
  readonly queryCostPerUser: number;
  /** cost of all operations from one address by callers that are not signed in */
  readonly queryCostPerAddress: number;
};

const defaults: Limits = {
  registrationsPerAddress: 100,
  guestSessionsPerAddress: 100,
  guestOrdersPerAddress: 60,
  orderLookUpsPerAddress: 60,
  failedLookUpsPerCode: 10,
  signInsPerAddress: 600,
  failedSignInsPerAccount: 10,
  mutationsPerUser: 60_000,
  queryCostPerUser: 6_000_000,
  queryCostPerAddress: 6_000_000,
};

export type RateLimit = {
  /** Counts `points` more, one unless given; returns null within the limit, or how many ms to wait. */
  exceeded(key: string, points?: number): Promise<number | null>;
  /** Takes one point back. */
  forgive(key: string): Promise<void>;
  forget(key: string): Promise<void>;
};

export type RateLimits = { readonly [Name in keyof Limits]: RateLimit };

export function createRateLimits(limits: Partial<Limits> = {}): RateLimits {
  const limit = (name: keyof Limits): RateLimit => {
    const limiter = new RateLimiterMemory({
      keyPrefix: name,
      points: limits[name] ?? defaults[name],
      duration: 60,
    });
    return {
      async exceeded(key, points = 1) {
        try {
          await limiter.consume(key, points);
          return null;
        } catch (refusal) {
          if (refusal instanceof RateLimiterRes) return Math.max(refusal.msBeforeNext, 1);
          throw refusal;
        }
      },
      async forgive(key) {
        await limiter.reward(key);
      },
      async forget(key) {
        await limiter.delete(key);
      },
    };
  };
  return {
    registrationsPerAddress: limit('registrationsPerAddress'),
    guestSessionsPerAddress: limit('guestSessionsPerAddress'),
    guestOrdersPerAddress: limit('guestOrdersPerAddress'),
    orderLookUpsPerAddress: limit('orderLookUpsPerAddress'),
    failedLookUpsPerCode: limit('failedLookUpsPerCode'),
    signInsPerAddress: limit('signInsPerAddress'),
    failedSignInsPerAccount: limit('failedSignInsPerAccount'),
    mutationsPerUser: limit('mutationsPerUser'),
    queryCostPerUser: limit('queryCostPerUser'),
    queryCostPerAddress: limit('queryCostPerAddress'),
  };
}
