// The basket, and the order that is made of it.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { basket } from '../../basket/basket.js';
import { totalOf } from '../../basket/total.js';
import type { Money } from '../../../shared/money.js';
import { useStore } from '../../../shared/store.js';
import { buttonClass, Empty, Heading } from '../../../shared/ui/ui.js';
import { useSpeech } from '../../words/words.js';
import { Checkout } from './checkout.js';
import { Line } from './line.js';
import styles from './basket-page.module.css';

export function BasketPage() {
  const { words } = useSpeech();
  const shown = useStore(basket);
  const { lines } = shown;
  const [prices, setPrices] = useState<ReadonlyMap<string, Money>>(new Map());
  const total = totalOf(lines, prices);
  return (
    <>
      <Heading title={words.title(words.basket.title)}>{words.basket.title}</Heading>
      {lines.length === 0 ? (
        <Empty title={words.basket.empty}>
          <Link to="/" className={buttonClass('primary')}>
            {words.basket.browse}
          </Link>
        </Empty>
      ) : (
        <div className={styles.columns}>
          <section>
            <ul className={styles.lines}>
              {lines.map((line) => (
                <Line
                  key={line.sku}
                  line={line}
                  onPrice={(price) => {
                    setPrices((known) => new Map([...known, [line.sku, price]]));
                  }}
                />
              ))}
            </ul>
            {total !== null && <Total total={total} />}
          </section>
          <Checkout shown={shown} total={total} />
        </div>
      )}
    </>
  );
}

function Total({ total }: { readonly total: Money }) {
  const { words, money } = useSpeech();
  return (
    <p className={styles.total}>
      <span>{words.basket.total}</span>
      <span>{money(total)}</span>
    </p>
  );
}
