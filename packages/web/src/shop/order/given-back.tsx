// Goods that came back, requests to send some back, and the way to ask for it.
import type { ReactNode } from 'react';
import { useSpeech } from '../words/words.js';
import panel from '../pages/order/order-page.module.css';
import type { Units } from '../../shared/units.js';
import { nameIn, unitsToAskFor } from './units-back.js';
import type { LiveOrder } from './use-order.js';

/** From the hand-over on goods can come back. */
const handedOver: readonly string[] = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED'];

type Props = {
  readonly order: Pick<LiveOrder, 'code' | 'status' | 'lines' | 'returns' | 'returnRequests'>;
  /** The form with which the customer asks; without it, a message to the shop is the way. */
  readonly form?: ReactNode;
};

export function GivenBack({ order, form }: Props) {
  const { words, money, date } = useSpeech();
  const { code, status, returns } = order;
  if (!handedOver.includes(status)) return null;
  const goods = goodsOf(order, words.order.backLine);
  return (
    <>
      {returns.length > 0 && (
        <section className={panel.panel}>
          <h2>{words.order.back}</h2>
          {returns.map(({ id, at, lines, refund }) => (
            <div key={id}>
              <p>
                <strong>{goods(lines)}</strong> {words.order.backOn(date(at))}
              </p>
              {refund !== null && <p>{words.order.backMoney(money(refund))}</p>}
            </div>
          ))}
        </section>
      )}
      <Requests order={order} />
      {form ??
        (unitsToAskFor(order).length > 0 && (
          <section className={panel.panel}>
            <h2>{words.order.askReturn}</h2>
            <p>{words.order.askReturnMore(code)}</p>
          </section>
        ))}
    </>
  );
}

function Requests({ order }: Pick<Props, 'order'>) {
  const { words, date } = useSpeech();
  const { returnRequests } = order;
  if (returnRequests.length === 0) return null;
  const goods = goodsOf(order, words.order.backLine);
  return (
    <section className={panel.panel}>
      <h2>{words.order.requests}</h2>
      {returnRequests.map(({ id, at, status, lines, openLines, declineReason }) => (
        <div key={id} data-request={status}>
          <p>
            <strong>{goods(lines)}</strong> {words.order.requestOn(date(at))}
          </p>
          <p>
            {status === 'OPEN' && words.order.requestOpen(goods(openLines))}
            {status === 'CAME_BACK' && words.order.requestBack}
            {status === 'DECLINED' && words.order.requestDeclined(declineReason ?? '')}
          </p>
        </div>
      ))}
    </section>
  );
}

/** Units in words. */
const goodsOf =
  ({ lines }: Pick<LiveOrder, 'lines'>, lineOf: (quantity: number, name: string) => string) =>
  (units: readonly Units[]): string =>
    units.map(({ sku, quantity }) => lineOf(quantity, nameIn(lines, sku))).join(', ');
