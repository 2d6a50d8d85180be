// Tells a customer that the basket costs another total than the page showed, and takes their consent.
import type { SyntheticEvent } from 'react';
import type { Money } from '../../../shared/money.js';
import { Actions, Button, Notice } from '../../../shared/ui/ui.js';
import type { Placed } from '../../basket/place-order.js';
import { useSpeech } from '../../words/words.js';

type PriceChangedProps = {
  readonly refusal: Extract<Placed, { readonly __typename: 'PriceChangedError' }>;
  /** the total that the page showed */
  readonly before: Money;
  readonly busy: boolean;
  readonly nameOf: (sku: string) => string;
  readonly onAgree: (event: SyntheticEvent) => void;
};

export function PriceChanged({ refusal, before, busy, nameOf, onAgree }: PriceChangedProps) {
  const { words, money } = useSpeech();
  const { total, lines } = refusal;
  return (
    <Notice kind="warn" title={words.basket.priceChanged} urgent>
      <p>{words.basket.priceChangedMore(money(before), money(total))}</p>
      {lines.map(({ sku, unitPrice }) => (
        <p key={sku}>{words.basket.priceNow(nameOf(sku), money(unitPrice))}</p>
      ))}
      <Actions>
        <Button kind="primary" busy={busy} onClick={onAgree}>
          {words.basket.placeFor(money(total))}
        </Button>
      </Actions>
    </Notice>
  );
}
