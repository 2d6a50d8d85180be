// One line of the basket: the product with its present price, the quantity, and less where the stock is short.
import { useState } from 'react';
import { useQuery } from 'urql';
import { basket, withQuantity, type BasketLine } from '../../basket/basket.js';
import { ProductDocument } from '../../generated/graphql.js';
import { timesMoney, type Money } from '../../../shared/money.js';
import { Button } from '../../../shared/ui/ui.js';
import { useSpeech } from '../../words/words.js';
import { ProductPicture } from '../products/product-picture.js';
import styles from './basket-page.module.css';

type LineProps = { readonly line: BasketLine; readonly onPrice: (price: Money) => void };

export function Line({ line, onPrice }: LineProps) {
  const { words, money } = useSpeech();
  const { sku, name, quantity } = line;
  const [{ data, fetching }] = useQuery({ query: ProductDocument, variables: { sku } });
  const [told, setTold] = useState<Money | null>(null);
  const product = data?.product ?? null;
  if (product !== null && told !== product.price) {
    setTold(product.price);
    queueMicrotask(() => {
      onPrice(product.price);
    });
  }
  const set = (next: number): void => {
    basket.set(withQuantity(basket.get(), { sku, name, quantity: next }));
  };
  const available = Math.max(product?.stock.available ?? quantity, 0);
  return (
    <li className={styles.line}>
      <ProductPicture sku={sku} className={styles.picture} />
      <div>
        <h2 className={styles.name}>{product?.name ?? name}</h2>
        {product !== null && (
          <p className={styles.each}>
            {money(product.price)} {words.basket.each}
          </p>
        )}
      </div>
      <p className={styles.sum}>{product !== null && money(timesMoney(product.price, quantity))}</p>
      <div className={styles.controls}>
        <Stepper name={name} quantity={quantity} onChange={set} />
        <Button
          kind="link"
          onClick={() => {
            set(0);
          }}
          aria-label={words.basket.removeNamed(name)}
        >
          {words.basket.remove}
        </Button>
        {data !== undefined && product === null && !fetching && (
          <span className={styles.short}>{words.basket.gone}</span>
        )}
        {product !== null && available < quantity && (
          <>
            <span className={styles.short}>{words.basket.only(available)}</span>
            {available > 0 && (
              <Button
                kind="link"
                onClick={() => {
                  set(available);
                }}
              >
                {words.basket.take(available)}
              </Button>
            )}
          </>
        )}
      </div>
    </li>
  );
}

type StepperProps = {
  readonly name: string;
  readonly quantity: number;
  readonly onChange: (quantity: number) => void;
};

function Stepper({ name, quantity, onChange }: StepperProps) {
  const { words } = useSpeech();
  return (
    <span className={styles.stepper}>
      <button
        type="button"
        aria-label={words.basket.less(name)}
        onClick={() => {
          onChange(quantity - 1);
        }}
      >
        −
      </button>
      <input
        inputMode="numeric"
        aria-label={words.basket.quantity(name)}
        value={quantity}
        onChange={({ target }) => {
          const typed = Number(target.value);
          if (Number.isInteger(typed) && typed > 0) onChange(typed);
        }}
      />
      <button
        type="button"
        aria-label={words.basket.more(name)}
        onClick={() => {
          onChange(quantity + 1);
        }}
      >
        +
      </button>
    </span>
  );
}
