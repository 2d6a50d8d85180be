// The lines of an order.
import { ProductPicture } from '../pages/products/product-picture.js';
import { useSpeech } from '../words/words.js';
import styles from './lines.module.css';
import type { LiveOrder } from './use-order.js';

export function OrderLines({
  order: { lines, total },
}: {
  readonly order: Pick<LiveOrder, 'lines' | 'total'>;
}) {
  const { words, money } = useSpeech();
  return (
    <>
      <ul className={styles.lines}>
        {lines.map(({ sku, name, quantity, unitPrice, total: sum }) => (
          <li key={sku} className={styles.line}>
            <ProductPicture sku={sku} className={styles.picture} />
            <div>
              <p className={styles.name}>{name}</p>
              <p className={styles.each}>
                {quantity} × {money(unitPrice)}
              </p>
            </div>
            <p className={styles.sum}>{money(sum)}</p>
          </li>
        ))}
      </ul>
      <p className={styles.total}>
        <span>{words.basket.total}</span>
        <span>{money(total)}</span>
      </p>
    </>
  );
}
