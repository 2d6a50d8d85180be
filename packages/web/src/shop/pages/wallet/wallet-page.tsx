// The wallet: its balance, money in and out, and the statement, with live updates.
import { Link } from '@tanstack/react-router';
import { useQuery, useSubscription } from 'urql';
import {
  ProductsDocument,
  StatementDocument,
  WalletDocument,
  WalletUpdatedDocument,
  type EntryFragment,
  type WalletSummaryFragment,
} from '../../generated/graphql.js';
import { Pages, type PageProps } from '../../../shared/ui/pages.js';
import { Button, Empty, Heading } from '../../../shared/ui/ui.js';
import { MembersOnly } from '../../members-only.js';
import { Unloaded } from '../../unloaded.js';
import { useSpeech } from '../../words/words.js';
import { TopUp } from './top-up.js';
import { Withdraw } from './withdraw.js';
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
  const [{ data, error }, again] = useQuery({ query: WalletDocument });
  const [{ data: products }] = useQuery({ query: ProductsDocument, variables: {} });
  const [{ data: moved }] = useSubscription({ query: WalletUpdatedDocument });
  if (data === undefined) return <Unloaded error={error} again={again} />;
  const wallet = data.wallet ?? null;
  // A wallet in which nothing has moved takes any currency: the shop's.
  const isUsed = wallet !== null && (wallet.moved.totalCount > 0 || wallet.balance.amount !== '0');
  const ofShop = products?.products.nodes[0]?.price.currency ?? 'EUR';
  const currency = isUsed ? wallet.balance.currency : ofShop;
  return (
    <div className={styles.columns}>
      <div className={styles.side}>
        {isUsed && <Balance wallet={wallet} />}
        <TopUp currency={currency} />
        {wallet !== null && wallet.available.amount !== '0' && <Withdraw available={wallet.available} />}
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

/** On a phone the date stands above its entry. The roles are written out: a row that is laid out otherwise loses its own. */
function Statement({ latest }: { readonly latest: string }) {
  const { words } = useSpeech();
  return (
    <section className={styles.statement}>
      <h2>{words.wallet.statement}</h2>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={words.wallet.statement}>
        <table role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader">{words.wallet.date}</th>
              <th role="columnheader">{words.wallet.what}</th>
              <th role="columnheader" className={styles.number}>
                {words.wallet.change}
              </th>
              <th role="columnheader" className={styles.number}>
                {words.wallet.after}
              </th>
            </tr>
          </thead>
          <Pages>{(page) => <Page key={page.after === null ? latest : ''} {...page} />}</Pages>
        </table>
      </div>
    </section>
  );
}

function Page({ after, onMore }: PageProps) {
  const { words } = useSpeech();
  const [{ data }] = useQuery({ query: StatementDocument, variables: { after } });
  const { nodes = [], pageInfo, totalCount = 0 } = data?.wallet?.entries ?? {};
  return (
    <tbody role="rowgroup">
      {nodes.map((entry) => (
        <Row key={entry.id} entry={entry} />
      ))}
      {data !== undefined && totalCount === 0 && (
        <tr role="row">
          <td role="cell" colSpan={4}>
            <Empty title={words.wallet.empty} />
          </td>
        </tr>
      )}
      {onMore !== null && pageInfo?.hasNextPage === true && (
        <tr role="row">
          <td role="cell" colSpan={4}>
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
    <tr role="row">
      <td role="cell" className={styles.when}>
        <time dateTime={at}>{dateTime(at)}</time>
      </td>
      <td role="cell">
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
      <td role="cell" className={`${styles.number ?? ''} ${sign === '+' ? (styles.plus ?? '') : ''}`}>
        {sign} {money(amount)}
      </td>
      <td role="cell" className={styles.number}>
        {money(balanceAfter)}
      </td>
    </tr>
  );
}
