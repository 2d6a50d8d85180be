// Paying: the remaining time, the methods of payment, and the outcome. The page follows every update by itself.
import { Link, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useMutation, useQuery, useSubscription } from 'urql';
import { ExtendReservationDocument, WalletDocument, WalletUpdatedDocument } from '../../generated/graphql.js';
import { missingMoney, type Money } from '../../../shared/money.js';
import { Countdown } from '../../../shared/ui/countdown.js';
import { Button, buttonClass, classes, Heading, Loading, Notice } from '../../../shared/ui/ui.js';
import { MembersOnly } from '../../members-only.js';
import { Ended } from '../../order/ended.js';
import { OrderLines } from '../../order/lines.js';
import { StatusChip, WithOrder } from '../../order/order-states.js';
import type { LiveOrder } from '../../order/use-order.js';
import { useSpeech } from '../../words/words.js';
import styles from './payment-page.module.css';
import { usePayment, type PaymentOutcome } from './use-payment.js';

export function PaymentPage() {
  const { words } = useSpeech();
  const { orderId } = useSearch({ from: '/payment' });
  return (
    <MembersOnly>
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

/** The part that depends on where the order is. */
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
      return (
        <>
          <Loading label={words.payment.checking} />
          <p>{words.payment.checkingMore}</p>
          <ToProvider url={order.payment?.redirectUrl ?? null} />
        </>
      );
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
        </Notice>
      );
  }
}

function Pay({ order }: { readonly order: LiveOrder }) {
  const { words, money } = useSpeech();
  const [{ data, fetching }] = useQuery({ query: WalletDocument });
  useSubscription({ query: WalletUpdatedDocument });
  const payment = usePayment(order);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<PaymentOutcome | null>(null);
  const running = useRef(false);
  const [byCard, setByCard] = useState(false);
  const declined = (order.payment?.declineCode ?? null) !== null;
  const available = data?.wallet?.available ?? null;
  const missing = missingMoney(order.total, available?.currency === order.total.currency ? available : null);

  const start = (work: () => Promise<PaymentOutcome>): void => {
    // A second click comes before the button is shown as busy.
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setOutcome(null);
    void work()
      .then(setOutcome)
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };

  return (
    <>
      <Held order={order} />
      <Methods available={available} byCard={byCard} onChange={setByCard} />
      {declined && (
        <Notice kind="bad">
          <p>{words.payment.declined}</p>
        </Notice>
      )}
      {missing !== null && !fetching && !byCard && (
        <Notice kind="warn">
          <p>{words.payment.missing(money(missing))}</p>
        </Notice>
      )}
      {outcome !== null && outcome.kind !== 'under-way' && (
        <Notice kind="bad" urgent>
          <p>
            {outcome.kind === 'unreachable'
              ? words.refused.unreachable
              : (outcome.message ?? words.refused.unexpected)}
          </p>
        </Notice>
      )}
      <Button
        kind="primary"
        busy={busy}
        onClick={() => {
          if (byCard) start(payment.payByCard);
          else start(missing === null ? payment.pay : () => payment.depositAndPay(missing));
        }}
      >
        {busy
          ? words.payment.paying
          : byCard
            ? words.payment.payByCard(money(order.total))
            : missing === null
              ? words.payment.pay(money(order.total))
              : words.payment.depositAndPay(money(missing))}
      </Button>
    </>
  );
}

type MethodsProps = {
  readonly available: Money | null;
  readonly byCard: boolean;
  readonly onChange: (byCard: boolean) => void;
};

function Methods({ available, byCard, onChange }: MethodsProps) {
  const { words, money } = useSpeech();
  return (
    <fieldset className={styles.methods}>
      <legend>{words.payment.how}</legend>
      <label className={styles.method}>
        <input
          type="radio"
          name="method"
          checked={!byCard}
          onChange={() => {
            onChange(false);
          }}
        />
        <span>{words.payment.wallet}</span>
        <span>{available !== null && words.payment.walletHas(money(available))}</span>
      </label>
      <label className={styles.method}>
        <input
          type="radio"
          name="method"
          checked={byCard}
          onChange={() => {
            onChange(true);
          }}
        />
        <span>{words.payment.card}</span>
        <span>{words.payment.cardMore}</span>
      </label>
    </fieldset>
  );
}

/** The hosted page of the payment provider, where the customer has to pay. */
function ToProvider({ url }: { readonly url: string | null }) {
  const { words } = useSpeech();
  if (url === null || !/^https?:/.test(url)) return null;
  return (
    <a href={url} className={buttonClass('primary')}>
      {words.payment.toProvider}
    </a>
  );
}

function Held({ order }: { readonly order: LiveOrder }) {
  const { words } = useSpeech();
  const [{ data, fetching }, extend] = useMutation(ExtendReservationDocument);
  if (order.reservationExpiresAt === null) return null;
  const outcome = data?.extendReservation.__typename;
  return (
    <div className={styles.held}>
      <span>{words.payment.left}</span>
      <Countdown
        className={styles.clock}
        deadline={order.reservationExpiresAt}
        spoken={words.payment.leftSpoken}
        over={words.payment.over}
      />
      {outcome === undefined ? (
        <Button
          kind="link"
          busy={fetching}
          onClick={() => void extend({ input: { idempotencyKey: `extend:${order.id}`, orderId: order.id } })}
        >
          {words.payment.more}
        </Button>
      ) : (
        <span role="status">
          {outcome === 'OrderSuccess' ? words.payment.moreDone : words.payment.moreRefused}
        </span>
      )}
    </div>
  );
}
