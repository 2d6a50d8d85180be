// Paying: the remaining time, the methods of payment, and the outcome. The page follows every update by itself.
import { Link, useSearch } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { buttonClass, classes, Heading, Loading, Notice } from '../../../shared/ui/ui.js';
import { MembersOnly } from '../../members-only.js';
import { Ended } from '../../order/ended.js';
import { OfferAccount } from '../../order/offer-account.js';
import { OrderLines } from '../../order/lines.js';
import { StatusChip, WithOrder } from '../../order/order-states.js';
import type { LiveOrder } from '../../order/use-order.js';
import { useSpeech } from '../../words/words.js';
import styles from './payment-page.module.css';
import { Pay } from './pay.js';
import { isWebAddress, usePayment } from './use-payment.js';

export function PaymentPage() {
  const { words } = useSpeech();
  const { orderId } = useSearch({ from: '/payment' });
  return (
    <MembersOnly guests>
      <Heading title={words.title(words.payment.title)}>{words.payment.title}</Heading>
      <WithOrder orderId={orderId}>
        {(order) => (
          <div className={styles.columns}>
            <section className={classes(styles.panel, styles.pay)} aria-live="polite">
              <Stage order={order} />
            </section>
            <section className={styles.panel}>
              <h2>{words.payment.order}</h2>
              <OrderLines order={order} />
            </section>
          </div>
        )}
      </WithOrder>
    </MembersOnly>
  );
}

/** The part of the page that depends on the order's status. */
function Stage({ order }: { readonly order: LiveOrder }) {
  const { words } = useSpeech();
  const toOrder = (
    <Link to="/order" search={{ orderId: order.id }} className={buttonClass('primary')}>
      {words.payment.toOrder}
    </Link>
  );
  switch (order.status) {
    case 'CREATED':
      return <Loading label={words.payment.reserving} />;
    case 'RESERVED':
      return <Pay order={order} />;
    case 'PAYMENT_PENDING':
      return <Checking order={order} />;
    case 'FAILED':
    case 'CANCELLED':
      return <Ended order={order} />;
    case 'UNDER_REVIEW':
      return (
        <Notice kind="warn" title={words.payment.review}>
          {toOrder}
        </Notice>
      );
    default:
      return (
        <Notice kind="good" title={words.payment.done}>
          <p>
            <StatusChip status={order.status} />
          </p>
          {toOrder}
          <OfferAccount order={order} />
        </Notice>
      );
  }
}

/** The payment is under way: its news comes by the subscription, before or after that of the gateway. */
function Checking({ order }: { readonly order: LiveOrder }) {
  const { words } = useSpeech();
  const payment = usePayment(order);
  const lookAgain = useEffectEvent(() => {
    if (order.payment?.method === 'CARD') void payment.lookAgain();
  });
  // Also a customer who is back from the gateway's page: the shop asks there at once.
  useEffect(() => {
    lookAgain();
  }, []);
  return (
    <>
      <Loading label={words.payment.checking} />
      <p>{words.payment.checkingMore}</p>
      <ToProvider url={order.payment?.redirectUrl ?? null} />
    </>
  );
}

/** The hosted page of the payment provider, where the customer has to pay. */
function ToProvider({ url }: { readonly url: string | null }) {
  const { words } = useSpeech();
  if (url === null || !isWebAddress(url)) return null;
  return (
    <a href={url} className={buttonClass('primary')}>
      {words.payment.toProvider}
    </a>
  );
}
