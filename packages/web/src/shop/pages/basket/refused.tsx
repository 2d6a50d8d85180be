// Why an order was not placed, and what the customer can do next.
import type { SyntheticEvent } from 'react';
import { basket, withQuantity, type Basket } from '../../basket/basket.js';
import type { usePlaceOrder } from '../../basket/place-order.js';
import { failureText, refusalText } from '../../basket/refusals.js';
import type { Money } from '../../../shared/money.js';
import { Actions, Button, Notice } from '../../../shared/ui/ui.js';
import { useSpeech } from '../../words/words.js';
import { PriceChanged } from './price-changed.js';

export type Outcome = Awaited<ReturnType<ReturnType<typeof usePlaceOrder>>>;
type RefusedProps = {
  readonly outcome: Outcome;
  /** the total that the order was to have */
  readonly total: Money | null;
  readonly lines: Basket['lines'];
  readonly busy: boolean;
  /** Places the order for this total. */
  readonly agree: (total: Money) => (event: SyntheticEvent) => void;
};

export function Refused({ outcome, total, lines, busy, agree }: RefusedProps) {
  const { words } = useSpeech();
  const nameOf = (sku: string): string => lines.find((line) => line.sku === sku)?.name ?? sku;
  const set = (sku: string, quantity: number): void => {
    basket.set(withQuantity(basket.get(), { sku, name: nameOf(sku), quantity }));
  };
  if (outcome.__typename === 'PriceChangedError' && total !== null)
    return (
      <PriceChanged {...{ refusal: outcome, before: total, busy, nameOf }} onAgree={agree(outcome.total)} />
    );
  if (outcome.__typename === 'OutOfStockError')
    return (
      <Notice kind="warn" title={words.basket.outOfStock} urgent>
        <p>{words.basket.outOfStockMore}</p>
        {outcome.shortages.map(({ sku, requested, available }) => (
          <div key={sku}>
            <p>{words.basket.shortage(nameOf(sku), requested, available)}</p>
            <Actions>
              {available > 0 && (
                <Button
                  onClick={() => {
                    set(sku, available);
                  }}
                >
                  {words.basket.take(available)}
                </Button>
              )}
              <Button
                kind="link"
                onClick={() => {
                  set(sku, 0);
                }}
              >
                {words.basket.removeNamed(nameOf(sku))}
              </Button>
            </Actions>
          </div>
        ))}
      </Notice>
    );
  if (outcome.__typename === 'UnknownProductError')
    return (
      <Notice kind="bad" title={words.basket.unknown} urgent>
        {outcome.skus.map((sku) => (
          <Button
            key={sku}
            kind="link"
            onClick={() => {
              set(sku, 0);
            }}
          >
            {words.basket.removeNamed(nameOf(sku))}
          </Button>
        ))}
      </Notice>
    );
  return (
    <Notice kind="bad" urgent>
      <p>
        {outcome.__typename === 'Failed'
          ? failureText(words, outcome.error)
          : outcome.__typename === 'IdempotencyConflictError'
            ? words.basket.conflict
            : refusalText(words, outcome)}
      </p>
    </Notice>
  );
}
