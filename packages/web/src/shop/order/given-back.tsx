// Goods that came back, and how to send some.
import { useSpeech } from '../words/words.js';
import panel from '../pages/order/order-page.module.css';
import type { LiveOrder } from './use-order.js';

/** From the hand-over on goods can come back. */
const handedOver: readonly string[] = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED'];

type Props = { readonly order: Pick<LiveOrder, 'code' | 'status' | 'lines' | 'returns'> };

export function GivenBack({ order: { code, status, lines, returns } }: Props) {
  const { words, money, date } = useSpeech();
  if (!handedOver.includes(status)) return null;
  const nameOf = (sku: string): string => lines.find((line) => line.sku === sku)?.name ?? sku;
  const isAllBack = lines.every(({ sku, quantity }) => quantity <= unitsBack(returns, sku));
  return (
    <>
      {returns.length > 0 && (
        <section className={panel.panel}>
          <h2>{words.order.back}</h2>
          {returns.map(({ id, at, lines: back, refund }) => (
            <div key={id}>
              <p>
                <strong>
                  {back.map(({ sku, quantity }) => words.order.backLine(quantity, nameOf(sku))).join(', ')}
                </strong>{' '}
                {words.order.backOn(date(at))}
              </p>
              {refund !== null && <p>{words.order.backMoney(money(refund))}</p>}
            </div>
          ))}
        </section>
      )}
      {!isAllBack && (
        <section className={panel.panel}>
          <h2>{words.order.askReturn}</h2>
          <p>{words.order.askReturnMore(code)}</p>
        </section>
      )}
    </>
  );
}

const unitsBack = (returns: LiveOrder['returns'], sku: string): number =>
  returns
    .flatMap(({ lines }) => lines)
    .filter((line) => line.sku === sku)
    .reduce((sum, { quantity }) => sum + quantity, 0);
