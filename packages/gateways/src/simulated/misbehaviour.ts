// What the simulated gateway can do wrong on purpose, as real ones do.

export type Misbehaviour = {
  /** `before`: a webhook arrives before the answer to what caused it. `held`: it waits until it is asked for */
  readonly webhooks: 'after' | 'before' | 'held';
  /** how often each webhook is sent, at once */
  readonly copies: number;
  /** so many operations take effect, and their answer is lost */
  readonly lostAnswers: number;
  /** every request fails, and nothing takes effect */
  readonly isDown: boolean;
};

export const wellBehaved: Misbehaviour = { webhooks: 'after', copies: 1, lostAnswers: 0, isDown: false };

/** `given` on top of `before`. @throws TypeError when a switch is unknown or has no such position */
export function misbehaving(before: Misbehaviour, given: object): Misbehaviour {
  const next = { ...before, ...given };
  const { webhooks, copies, lostAnswers, isDown, ...unknown } = next;
  const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && Number(n) >= 0 && Number(n) <= 1000;
  const isKnown = ['after', 'before', 'held'].includes(webhooks) && typeof isDown === 'boolean';
  if (!isKnown || !isCount(copies) || !isCount(lostAnswers) || Object.keys(unknown).length > 0)
    throw new TypeError(`not switches of the gateway: ${JSON.stringify(given)}`);
  return next;
}
