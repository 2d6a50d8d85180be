// The wallet: its balance, deposits, and the statement, with live updates.
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useMutation, useQuery, useSubscription } from 'urql';
import {
  DepositDocument,
  ProductsDocument,
  StatementDocument,
  WalletDocument,
  WalletUpdatedDocument,
  type EntryFragment,
  type WalletSummaryFragment,
} from '../../generated/graphql.js';
import { newId } from '../../../shared/ids.js';
import { parseMoney } from '../../../shared/money.js';
import { useForm } from '../../../shared/ui/form.js';
import { Button, Empty, Failed, Field, Heading, Loading, Notice } from '../../../shared/ui/ui.js';
import { MembersOnly } from '../../members-only.js';
import { useSpeech } from '../../words/words.js';
import styles from './wallet-page.module.css';

export function WalletPage() {
  const { words } = useSpeech();
  return (
    <MembersOnly>
      <Heading title={words.title(words.wallet.title)}>{words.wallet.title}</Heading>
      <Wallet />
    </MembersOnly>
  );
}

function Wallet() {
  const { words } = useSpeech();
  const [{ data, error }, again] = useQuery({ query: WalletDocument });
  const [{ data: products }] = useQuery({ query: ProductsDocument, variables: {} });
  const [{ data: moved }] = useSubscription({ query: WalletUpdatedDocument });
  if (data === undefined)
    return error === undefined ? (
      <Loading label={words.states.loading} />
    ) : (
      <Failed
        title={words.states.failed}
        message={words.connection.awayMore}
        retry={words.states.retry}
        onRetry={() => {
          again({ requestPolicy: 'network-only' });
        }}
      />
    );
  const wallet = data.wallet ?? null;
  // An empty wallet takes any currency: the shop's.
  const currency = wallet?.balance.currency ?? products?.products.nodes[0]?.price.currency ?? 'EUR';
  return (
    <div className={styles.columns}>
      <div className={styles.side}>
        {wallet !== null && <Balance wallet={wallet} />}
        <TopUp currency={currency} />
      </div>
      <Statement latest={moved?.walletUpdated.entry?.id ?? ''} />
    </div>
  );
}

function Balance({ wallet: { available, held, balance } }: { readonly wallet: WalletSummaryFragment }) {
  const { words, money } = useSpeech();
  return (
    <section className={styles.balance} aria-live="polite">
      <p>{words.wallet.available}</p>
      <strong>{money(available)}</strong>
      {held.amount !== '0' && (
        <p>
          {money(held)} {words.wallet.held}
        </p>
      )}
      {held.amount !== '0' && (
        <p>
          {money(balance)} {words.wallet.balance}
        </p>
      )}
    </section>
  );
}

function TopUp({ currency }: { readonly currency: string }) {
  const { words, money } = useSpeech();
  const [, deposit] = useMutation(DepositDocument);
  const [outcome, setOutcome] = useState<{ readonly good: boolean; readonly text: string } | null>(null);
  /** The key belongs to the wish: it changes once the wish has come true, or is another one. */
  const key = useRef<{ readonly amount: string; readonly key: string } | null>(null);
  const form = useForm({
    initial: { amount: '' },
    check: ({ amount }) => (parseMoney(amount, currency) === null ? { amount: words.refused.amount } : {}),
    draft: 'holdfast.deposit',
  });
  const submit = form.submit(async ({ amount: typed }) => {
    const amount = parseMoney(typed, currency);
    if (amount === null) return { amount: words.refused.amount };
    if (key.current?.amount !== amount.amount) key.current = { amount: amount.amount, key: newId() };
    setOutcome(null);
    const { data } = await deposit({ input: { idempotencyKey: key.current.key, amount } });
    if (data === undefined) setOutcome({ good: false, text: words.refused.unreachable });
    else if (data.deposit.__typename === 'ValidationError') return { amount: data.deposit.message };
    else if (data.deposit.__typename === 'WalletSuccess') {
      key.current = null;
      form.set('amount', '');
      setOutcome({ good: true, text: words.wallet.deposited(money(amount)) });
    } else {
      key.current = null;
      setOutcome({ good: false, text: words.wallet.unavailable });
    }
    return undefined;
  });
  return (
    <form ref={form.ref} className={styles.form} onSubmit={submit} noValidate>
      <h2>{words.wallet.deposit}</h2>
      <Field
        label={words.wallet.amount(currency)}
        inputMode="decimal"
        autoComplete="off"
        {...form.field('amount')}
      />
      {outcome !== null && (
        <Notice kind={outcome.good ? 'good' : 'bad'} urgent={!outcome.good}>
          <p role="status">{outcome.text}</p>
        </Notice>
      )}
      <Button type="submit" kind="primary" busy={form.busy}>
        {words.wallet.deposit}
      </Button>
    </form>
  );
}

function Statement({ latest }: { readonly latest: string }) {
  const { words } = useSpeech();
  const [pages, setPages] = useState<readonly (string | null)[]>([null]);
  return (
    <section className={styles.statement}>
      <h2>{words.wallet.statement}</h2>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={words.wallet.statement}>
        <table>
          <thead>
            <tr>
              <th>{words.wallet.date}</th>
              <th>{words.wallet.what}</th>
              <th className={styles.number}>{words.wallet.change}</th>
              <th className={styles.number}>{words.wallet.after}</th>
            </tr>
          </thead>
          {pages.map((after, n) => (
            <Page
              key={`${after ?? ''} ${after === null ? latest : ''}`}
              after={after}
              onMore={
                n === pages.length - 1
                  ? (cursor) => {
                      setPages([...pages, cursor]);
                    }
                  : null
              }
            />
          ))}
        </table>
      </div>
    </section>
  );
}

type PageProps = {
  readonly after: string | null;
  readonly onMore: ((cursor: string) => void) | null;
};

function Page({ after, onMore }: PageProps) {
  const { words } = useSpeech();
  const [{ data }] = useQuery({ query: StatementDocument, variables: { after } });
  const { nodes = [], pageInfo, totalCount = 0 } = data?.wallet?.entries ?? {};
  return (
    <tbody>
      {nodes.map((entry) => (
        <Row key={entry.id} entry={entry} />
      ))}
      {data !== undefined && totalCount === 0 && (
        <tr>
          <td colSpan={4}>
            <Empty title={words.wallet.empty} />
          </td>
        </tr>
      )}
      {onMore !== null && pageInfo?.hasNextPage === true && (
        <tr>
          <td colSpan={4}>
            <span className={styles.more}>
              <Button
                onClick={() => {
                  onMore(pageInfo.endCursor ?? '');
                }}
              >
                {words.states.more}
              </Button>
            </span>
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** Kinds that make the balance grow. */
const incoming = ['DEPOSIT', 'REFUND'];
const outgoing = ['WITHDRAWAL', 'CAPTURE'];

function Row({ entry: { kind, at, amount, balanceAfter, orderId } }: { readonly entry: EntryFragment }) {
  const { words, money, dateTime } = useSpeech();
  const sign = incoming.includes(kind) ? '+' : outgoing.includes(kind) ? '−' : '';
  return (
    <tr>
      <td>
        <time dateTime={at}>{dateTime(at)}</time>
      </td>
      <td>
        {words.wallet.kinds[kind] ?? kind}
        {orderId !== null && (
          <>
            {' · '}
            <Link to="/order" search={{ orderId }}>
              {words.wallet.order}
            </Link>
          </>
        )}
      </td>
      <td className={`${styles.number ?? ''} ${sign === '+' ? (styles.plus ?? '') : ''}`}>
        {sign} {money(amount)}
      </td>
      <td className={styles.number}>{money(balanceAfter)}</td>
    </tr>
  );
}
