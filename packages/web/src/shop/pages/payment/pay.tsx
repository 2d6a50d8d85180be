// Choosing how to pay, and paying: from the wallet, with what is missing put in first, or by card on the gateway's page.
import { useRef, useState } from 'react';
import { useQuery, useSubscription } from 'urql';
import { useReturnedDeposit } from '../../deposits/use-returned-deposit.js';
import { WalletDocument, WalletUpdatedDocument } from '../../generated/graphql.js';
import { useSessionState } from '../../../shared/api/provider.js';
import { missingMoney, type Money } from '../../../shared/money.js';
import { Button, buttonClass, Loading, Notice } from '../../../shared/ui/ui.js';
import type { LiveOrder } from '../../order/use-order.js';
import { useSpeech } from '../../words/words.js';
import { depositTrouble } from '../wallet/deposit-trouble.js';
import { Held } from './held.js';
import styles from './payment-page.module.css';
import { usePayment, type PaymentOutcome } from './use-payment.js';

export function Pay({ order }: { readonly order: LiveOrder }) {
  const { words } = useSpeech();
  const isGuest = useSessionState().status === 'guest';
  const declined = (order.payment?.declineCode ?? null) !== null;
  return (
    <>
      <Held order={order} />
      {declined && (
        <Notice kind="bad">
          <p>{isGuest ? words.payment.declinedGuest : words.payment.declined}</p>
        </Notice>
      )}
      {isGuest ? <PayAsGuest order={order} /> : <PayAsPerson order={order} />}
    </>
  );
}

/** Runs one payment at a time. Leaves for the gateway's page when the customer has to pay there. */
function usePaying() {
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<PaymentOutcome | null>(null);
  const running = useRef(false);
  const start = (work: () => Promise<PaymentOutcome>): void => {
    // A second click comes before the button is shown as busy.
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setOutcome(null);
    void work()
      .then((next) => {
        setOutcome(next);
        if (next.kind === 'away') location.assign(next.url);
      })
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };
  return { busy, outcome, start };
}

/** A guest has no wallet. */
function PayAsGuest({ order }: { readonly order: LiveOrder }) {
  const { words, money } = useSpeech();
  const payment = usePayment(order);
  const { busy, outcome, start } = usePaying();
  return (
    <>
      <p>{words.payment.guest}</p>
      <Refused outcome={outcome} />
      <Button
        kind="primary"
        busy={busy}
        onClick={() => {
          start(payment.payByCard);
        }}
      >
        {busy ? words.payment.paying : words.payment.payByCard(money(order.total))}
      </Button>
    </>
  );
}

function PayAsPerson({ order }: { readonly order: LiveOrder }) {
  const { words, money } = useSpeech();
  const [{ data, fetching }] = useQuery({ query: WalletDocument });
  useSubscription({ query: WalletUpdatedDocument });
  const payment = usePayment(order);
  const { busy, outcome, start } = usePaying();
  const [byCard, setByCard] = useState(false);
  // A wallet of another currency can't pay; that of an unused wallet means nothing.
  const held = data?.wallet?.available ?? null;
  const available = held?.currency === order.total.currency ? held : null;
  const missing = missingMoney(order.total, available);
  const returned = useReturnedDeposit(order.id, (settled) => {
    if (settled.kind === 'done') start(payment.pay);
  });
  if (returned?.kind === 'checking' || returned?.kind === 'unreachable')
    return <Loading label={words.payment.returned} />;
  return (
    <>
      <Methods available={available} byCard={byCard} onChange={setByCard} />
      {missing !== null && !fetching && !byCard && (
        <Notice kind="warn">
          <p>{words.payment.missing(money(missing))}</p>
        </Notice>
      )}
      {returned?.kind === 'away' && (
        <Notice kind="warn">
          <p>{words.payment.notPaidIn}</p>
          <a href={returned.url} className={buttonClass()}>
            {words.payment.toProvider}
          </a>
        </Notice>
      )}
      {returned !== null && depositTrouble(words, returned) !== '' && (
        <Notice kind="bad" urgent>
          <p>{depositTrouble(words, returned)}</p>
        </Notice>
      )}
      <Refused outcome={outcome} />
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

function Refused({ outcome }: { readonly outcome: PaymentOutcome | null }) {
  const { words } = useSpeech();
  if (outcome === null || outcome.kind === 'under-way' || outcome.kind === 'away') return null;
  const text =
    outcome.kind === 'unreachable'
      ? words.refused.unreachable
      : outcome.kind === 'no-deposit'
        ? depositTrouble(words, outcome.deposit)
        : (outcome.message ?? words.refused.unexpected);
  return (
    <Notice kind="bad" urgent>
      <p>{text}</p>
    </Notice>
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
