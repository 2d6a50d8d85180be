// The part of a wallet's money that came from cards and has not gone back to them. Only that part can go back to a card,
// and no card gets more than it brought.
import { money, type Money } from '@holdfast/kernel';

/** The rest of a deposit that can be given back to its card. */
export type CardDeposit = { readonly depositId: string; readonly left: Money };
/** A part of a withdrawal, which goes back to the card of one deposit. */
export type CardPart = { readonly depositId: string; readonly amount: Money };

/** Older deposits can't go back to their cards: gateways no longer refund them. */
const depositsRemembered = 1_000;

/** `deposits`: oldest first. */
export const deposited = (
  deposits: readonly CardDeposit[],
  { depositId, amount }: CardPart,
): readonly CardDeposit[] => [...deposits, { depositId, left: amount }].slice(-depositsRemembered);

export const withdrawn = (
  deposits: readonly CardDeposit[],
  parts: readonly CardPart[],
): readonly CardDeposit[] =>
  parts.reduce(
    (all, { depositId, amount }) =>
      all
        .map((one) =>
          one.depositId === depositId ? { ...one, left: money.subtract(one.left, amount) } : one,
        )
        .filter(({ left }) => left.minor > 0),
    deposits,
  );

/** The deposits after the gateway refused to refund this part. */
export const returned = (deposits: readonly CardDeposit[], part: CardPart): readonly CardDeposit[] =>
  deposits.some(({ depositId }) => depositId === part.depositId)
    ? deposits.map((one) =>
        one.depositId === part.depositId ? { ...one, left: money.add(one.left, part.amount) } : one,
      )
    : deposited(deposits, part);

/** The amount that can go back to cards in all. */
export const fromCards = (deposits: readonly CardDeposit[], currency: string): Money =>
  money.sum(
    deposits.map(({ left }) => left),
    currency,
  );

/** Splits `amount` over deposits, the newest first. It must not exceed what is left of all of them. */
export function partsOf(deposits: readonly CardDeposit[], amount: Money): readonly CardPart[] {
  const parts: CardPart[] = [];
  let rest = amount.minor;
  for (const { depositId, left } of deposits.toReversed()) {
    if (rest === 0) break;
    const minor = Math.min(rest, left.minor);
    parts.push({ depositId, amount: money.of(minor, amount.currency) });
    rest -= minor;
  }
  return parts;
}
