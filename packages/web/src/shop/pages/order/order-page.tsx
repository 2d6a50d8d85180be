// One order: its status, its history, and the possible actions, with live updates.
import { Link, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useMutation } from 'urql';
import { useSession, useSessionState } from '../../../shared/api/provider.js';
import { download } from '../../../shared/api/download.js';
import { CancelOrderDocument } from '../../generated/graphql.js';
import { Actions, Button, buttonClass, Heading, Hidden, Notice } from '../../../shared/ui/ui.js';
import { MembersOnly } from '../../members-only.js';
import { AskReturn } from '../../order/ask-return.js';
import { Ended } from '../../order/ended.js';
import { GivenBack } from '../../order/given-back.js';
import { OfferAccount } from '../../order/offer-account.js';
import { Parcels } from '../../order/parcels.js';
import { Timeline } from '../../order/timeline.js';
import { OrderLines } from '../../order/lines.js';
import { StatusChip, WithOrder } from '../../order/order-states.js';
import type { LiveOrder } from '../../order/use-order.js';
import { useSpeech } from '../../words/words.js';
import styles from './order-page.module.css';

export function OrderPage() {
  const { orderId } = useSearch({ from: '/order' });
  return (
    <MembersOnly guests>
      <WithOrder orderId={orderId}>{(order, again) => <Order order={order} again={again} />}</WithOrder>
    </MembersOnly>
  );
}

type Props = { readonly order: LiveOrder };

/** The text, with no line break inside the part. */
function Unbroken({ text, part }: { readonly text: string; readonly part: string }) {
  const [before = '', ...after] = text.split(part);
  return (
    <>
      {before}
      <span className={styles.unbroken}>{part}</span>
      {after.join(part)}
    </>
  );
}

function Order({ order, again }: Props & { readonly again: () => void }) {
  const { words, dateTime } = useSpeech();
  const title = words.order.title(order.code);
  const { status, revision } = order;
  const last = useRef(revision);
  // Messages about the order come with its next state, and are not part of the subscription.
  useEffect(() => {
    if (last.current === revision) return;
    last.current = revision;
    again();
  });
  return (
    <>
      <div className={styles.head}>
        <Heading title={words.title(title)}>
          <Unbroken text={title} part={order.code} />
        </Heading>
        <StatusChip status={status} />
        <p>{words.order.placed(dateTime(order.placedAt))}</p>
      </div>
      <Hidden>
        <span role="status">{words.order.newStatus(words.status[status] ?? status)}</span>
      </Hidden>
      <div className={styles.columns}>
        <div className={styles.side}>
          <Ended order={order} />
          {order.nextActions.includes('PAY') && (
            <Link to="/payment" search={{ orderId: order.id }} className={buttonClass('primary')}>
              {words.order.pay}
            </Link>
          )}
          <section className={styles.panel}>
            <h2>{words.order.timeline}</h2>
            <Timeline order={order} />
          </section>
          <Parcels order={order} isLive />
          <Messages order={order} />
        </div>
        <div className={styles.side}>
          <section className={styles.panel}>
            <h2>{words.order.what}</h2>
            <OrderLines order={order} />
          </section>
          <Facts order={order} />
          <GivenBack order={order} form={<AskReturn order={order} again={again} />} />
          <Keep order={order} />
          {order.nextActions.includes('CANCEL') && <Cancel order={order} />}
        </div>
      </div>
    </>
  );
}

function Keep({ order }: Props) {
  const isGuest = useSessionState().status === 'guest';
  return isGuest ? (
    <section className={styles.panel}>
      <OfferAccount order={order} />
    </section>
  ) : null;
}

function Messages({ order: { notifications } }: Props) {
  const { words, dateTime } = useSpeech();
  if (notifications.length === 0) return null;
  return (
    <section className={styles.panel}>
      <h2>{words.order.messages}</h2>
      <ul className={styles.side}>
        {notifications.map(({ id, kind, message, at }) => (
          <li key={id} className={styles.message}>
            {words.notifications.kinds[kind] ?? message}
            <time dateTime={at}>{dateTime(at)}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ order: { payment, invoice } }: Props) {
  const { words, money, date } = useSpeech();
  if (payment === null && invoice === null) return null;
  return (
    <dl className={`${styles.panel ?? ''} ${styles.facts ?? ''}`}>
      {payment !== null && (
        <>
          <dt>{words.order.payment}</dt>
          <dd>
            {money(payment.amount)} {words.order.by(payment.method)}
            {payment.refunded.amount !== '0' && <div>{words.order.refunded(money(payment.refunded))}</div>}
          </dd>
        </>
      )}
      {invoice !== null && (
        <>
          <dt>{words.order.invoice}</dt>
          <dd>
            {invoice.number}
            <div>{words.order.invoiceOf(date(invoice.issuedAt))}</div>
            <InvoiceDownload url={invoice.url} number={invoice.number} />
          </dd>
        </>
      )}
    </dl>
  );
}

/** The invoice needs the customer's token, so a plain link to it would not do. */
function InvoiceDownload({ url, number }: { readonly url: string; readonly number: string }) {
  const { words } = useSpeech();
  const session = useSession();
  const [failed, setFailed] = useState(false);
  const save = async (): Promise<void> => {
    setFailed(false);
    setFailed(!(await download(session, `${url}.pdf`, `${number}.pdf`)));
  };
  return (
    <div>
      <Button kind="link" onClick={() => void save()}>
        {words.order.invoicePdf}
      </Button>
      <span role="status">{failed && words.refused.unexpected}</span>
    </div>
  );
}

function Cancel({ order }: Props) {
  const { words } = useSpeech();
  const dialog = useRef<HTMLDialogElement>(null);
  const [{ fetching }, cancelOrder] = useMutation(CancelOrderDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const cancel = async (): Promise<void> => {
    const { data } = await cancelOrder({
      input: { idempotencyKey: `cancel:${order.id}`, orderId: order.id },
    });
    dialog.current?.close();
    if (data === undefined) setProblem(words.refused.unreachable);
    else if (data.cancelOrder.__typename !== 'OrderSuccess') setProblem(words.order.cancelLate);
  };
  return (
    <>
      {problem !== null && (
        <Notice kind="bad" urgent>
          <p>{problem}</p>
        </Notice>
      )}
      <Button kind="danger" onClick={() => dialog.current?.showModal()}>
        {words.order.cancel}
      </Button>
      <dialog ref={dialog} className={styles.dialog} aria-labelledby="cancel-title">
        <div>
          <h2 id="cancel-title">{words.order.cancelSure}</h2>
          <p>{words.order.cancelMore}</p>
          <Actions>
            <Button kind="danger" busy={fetching} onClick={() => void cancel()}>
              {words.order.cancelYes}
            </Button>
            <Button onClick={() => dialog.current?.close()}>{words.order.cancelNo}</Button>
          </Actions>
        </div>
      </dialog>
    </>
  );
}
