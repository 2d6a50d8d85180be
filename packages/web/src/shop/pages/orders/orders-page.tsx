// The orders of a customer, newest first.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { OrdersDocument, type OrderStatus, type OrderSummaryFragment } from '../../generated/graphql.js';
import { Pages, type PageProps } from '../../../shared/ui/pages.js';
import { Button, buttonClass, Empty, Field, Heading } from '../../../shared/ui/ui.js';
import { MembersOnly } from '../../members-only.js';
import { Unloaded } from '../../unloaded.js';
import { StatusChip } from '../../order/order-states.js';
import { useSpeech } from '../../words/words.js';
import { ProductPicture } from '../products/product-picture.js';
import styles from './orders-page.module.css';

const shownPictures = 3;

export function OrdersPage() {
  const { words } = useSpeech();
  const { status } = useSearch({ from: '/orders' });
  const navigate = useNavigate({ from: '/orders' });
  return (
    <MembersOnly guests>
      <Heading title={words.title(words.orders.title)}>{words.orders.title}</Heading>
      <Field
        label={words.orders.filter}
        className={styles.filter}
        control={(tied) => (
          <select
            {...tied}
            value={status ?? ''}
            onChange={({ target }) => {
              void navigate({ search: target.value === '' ? {} : { status: target.value } });
            }}
          >
            <option value="">{words.orders.all}</option>
            {Object.entries(words.status).map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        )}
      />
      <List key={status ?? ''} status={status} />
    </MembersOnly>
  );
}

function List({ status }: { readonly status: string | undefined }) {
  const { words } = useSpeech();
  const [{ data, error }, again] = useQuery({
    query: OrdersDocument,
    variables: { status: (status as OrderStatus | undefined) ?? null, after: null },
  });
  if (data === undefined) return <Unloaded error={error} again={again} />;
  if (data.orders.nodes.length === 0)
    return (
      <Empty title={status === undefined ? words.orders.none : words.orders.noneOfThese}>
        <Link to="/" className={buttonClass('primary')}>
          {words.basket.browse}
        </Link>
      </Empty>
    );
  return (
    <ul className={styles.list}>
      <Pages>{(page) => <Page status={status} {...page} />}</Pages>
    </ul>
  );
}

function Page({ status, after, onMore }: PageProps & { readonly status: string | undefined }) {
  const { words } = useSpeech();
  const [{ data }] = useQuery({
    query: OrdersDocument,
    variables: { status: (status as OrderStatus | undefined) ?? null, after },
  });
  const { nodes = [], pageInfo } = data?.orders ?? {};
  return (
    <>
      {nodes.map((order) => (
        <Row key={order.id} order={order} />
      ))}
      {onMore !== null && pageInfo?.hasNextPage === true && (
        <li className={styles.more}>
          <Button
            onClick={() => {
              onMore(pageInfo.endCursor ?? '');
            }}
          >
            {words.states.more}
          </Button>
        </li>
      )}
    </>
  );
}

function Row({ order }: { readonly order: OrderSummaryFragment }) {
  const { words, money, dateTime } = useSpeech();
  const { id, code, lines, placedAt, status, total } = order;
  const items = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <li>
      <Link to="/order" search={{ orderId: id }} className={styles.order}>
        <span className={styles.pictures}>
          {lines.slice(0, shownPictures).map(({ sku }) => (
            <ProductPicture key={sku} sku={sku} />
          ))}
        </span>
        <span className={styles.what}>
          <span className={styles.names} style={{ display: 'block' }}>
            {lines.map(({ name }) => name).join(', ')}
          </span>
          <span className={styles.small}>
            <span>{code}</span> · <span>{dateTime(placedAt)}</span> · <span>{words.orders.items(items)}</span>
          </span>
        </span>
        <span className={styles.end}>
          <StatusChip status={status} />
          <span>{money(total)}</span>
        </span>
      </Link>
    </li>
  );
}
