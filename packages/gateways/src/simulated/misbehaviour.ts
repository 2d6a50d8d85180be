// The faults that the simulated gateway can show on purpose, as real gateways do.

export type Misbehaviour = {
  /** `before`: a webhook arrives before the response of the request that caused it. `held`: it waits for a release */
  readonly webhooks: 'after' | 'before' | 'held';
  /** copies of each webhook, sent at the same time */
  readonly copies: number;
  /** for this many operations the effect happens, and the response is lost */
  readonly lostAnswers: number;
  /** every request fails and has no effect */
  readonly isDown: boolean;
};

export const wellBehaved: Misbehaviour = { webhooks: 'after', copies: 1, lostAnswers: 0, isDown: false };

/** Returns `before` with the switches of `given`. @throws TypeError when a switch is unknown or has no such position */
export function misbehaving(before: Misbehaviour, given: object): Misbehaviour {
  const next = { ...before, ...given };
  const { webhooks, copies, lostAnswers, isDown, ...unknown } = next;
  const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && Number(n) >= 0 && Number(n) <= 1000;
  const isKnown = ['after', 'before', 'held'].includes(webhooks) && typeof isDown === 'boolean';
  if (!isKnown || !isCount(copies) || !isCount(lostAnswers) || Object.keys(unknown).length > 0)
    throw new TypeError(`not switches of the gateway: ${JSON.stringify(given)}`);
  return next;
}
