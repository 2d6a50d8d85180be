// The shop as one customer sees it: orders and one of them, as the storefront shows it, wallet with statement, messages.
// Read-only: there is no control that changes anything, and the next actions are words. Each further page of a list is
// another look, on record like the first.
import { useState } from 'react';
import { Button, Notice } from '../../../shared/ui/ui.js';
import { GivenBack } from '../../../shop/order/given-back.js';
import { OrderLines } from '../../../shop/order/lines.js';
import { StatusChip } from '../../../shop/order/order-states.js';
import { Timeline } from '../../../shop/order/timeline.js';
import type {
  SeenOrderFragment,
  ViewCustomerMutation,
  ViewCustomerMutationVariables,
} from '../../generated/graphql.js';
import type { Connection } from '../../ui/paged-table.js';
import {
  countText,
  Foot,
  inWords,
  moneyText,
  Nothing,
  Panel,
  Status,
  styles,
  Table,
  Time,
} from '../../ui/parts.js';

export type Seen = NonNullable<ViewCustomerMutation['viewCustomer']>;
type Cursors = Pick<ViewCustomerMutationVariables, 'afterOrder' | 'afterEntry' | 'afterMessage'>;

type Props = {
  readonly seen: Seen;
  readonly onClose: () => void;
  /** Looks again, at the pages behind these cursors; null when that failed. */
  readonly lookOn: (after: Cursors) => Promise<Seen | null>;
};

export function CustomerSeen({ seen, onClose, lookOn }: Props) {
  const { customer, notifications } = seen;
  const [chosen, setChosen] = useState<string | null>(null);
  const orders = useMore(
    customer.orders,
    async (afterOrder) => (await lookOn({ afterOrder }))?.customer.orders,
  );
  const entries = useMore(
    customer.wallet.entries,
    async (afterEntry) => (await lookOn({ afterEntry }))?.customer.wallet.entries,
  );
  const messages = useMore(
    notifications,
    async (afterMessage) => (await lookOn({ afterMessage }))?.notifications,
  );
  const order = orders.nodes.find(({ id }) => id === chosen) ?? orders.nodes[0];
  return (
    <>
      <Notice title={`The shop as ${customer.name} sees it`}>
        <p>
          {customer.email}. Read-only, and as of now: your look and its reason are in the audit log.{' '}
          <Button kind="link" onClick={onClose}>
            Close
          </Button>
        </p>
      </Notice>
      <div className={styles.columns}>
        <div className={styles.stack}>
          <Orders orders={orders} onOpen={setChosen} />
          <Wallet wallet={customer.wallet} entries={entries} />
        </div>
        <div className={styles.stack}>
          {order !== undefined && <OrderSeen order={order} />}
          <Messages notifications={messages} unread={customer.unreadNotifications} />
        </div>
      </div>
    </>
  );
}

type List<Row> = Pick<Connection<Row>, 'nodes' | 'totalCount'> & { readonly onMore: (() => void) | null };

/** A list that grows by a page with each click. */
function useMore<Row>(
  first: Connection<Row>,
  load: (after: string) => Promise<Connection<Row> | undefined>,
): List<Row> {
  const [list, setList] = useState(first);
  const { hasNextPage, endCursor } = list.pageInfo;
  const more = async (after: string): Promise<void> => {
    const next = await load(after);
    if (next !== undefined) setList({ ...next, nodes: [...list.nodes, ...next.nodes] });
  };
  const onMore = hasNextPage && endCursor !== null ? () => void more(endCursor) : null;
  return { nodes: list.nodes, totalCount: list.totalCount, onMore };
}

const FootOf = <Row,>({ list: { nodes, totalCount, onMore } }: { readonly list: List<Row> }) =>
  totalCount > nodes.length && <Foot shown={nodes.length} total={totalCount} onMore={onMore} />;

const nextOf = ({ customerActions }: SeenOrderFragment): string =>
  customerActions.length === 0 ? 'nothing' : customerActions.map(inWords).join(', ');

type OrdersProps = {
  readonly orders: List<SeenOrderFragment>;
  readonly onOpen: (id: string) => void;
};

const Orders = ({ orders, orders: { nodes, totalCount }, onOpen }: OrdersProps) => (
  <Panel title={`Orders (${countText(totalCount)})`}>
    {nodes.length === 0 ? (
      <Nothing title="No order yet." />
    ) : (
      <Table
        label="Orders"
        rows={nodes}
        keyOf={({ id }) => id}
        total={totalCount}
        columns={[
          {
            name: 'Order',
            cell: ({ id, code }) => (
              <Button
                kind="link"
                className={styles.plainButton}
                onClick={() => {
                  onOpen(id);
                }}
              >
                {code}
              </Button>
            ),
          },
          { name: 'Status', cell: ({ status }) => <Status of={status} /> },
          { name: 'Can do next', cell: nextOf },
          { name: 'Total', number: true, cell: ({ total }) => moneyText(total) },
          { name: 'Placed', cell: ({ placedAt }) => <Time at={placedAt} /> },
        ]}
      />
    )}
    <FootOf list={orders} />
  </Panel>
);

const OrderSeen = ({ order }: { readonly order: SeenOrderFragment }) => (
  <>
    <Panel title={`Order ${order.code}`} actions={<StatusChip status={order.status} />} padded>
      <div className={styles.stack}>
        {order.failureMessage !== null && <p>{order.failureMessage}</p>}
        <p>The customer can do next: {nextOf(order)}.</p>
        <OrderLines order={order} />
        <Timeline order={order} />
      </div>
    </Panel>
    <GivenBack order={order} />
  </>
);

type WalletProps = {
  readonly wallet: Seen['customer']['wallet'];
  readonly entries: List<Seen['customer']['wallet']['entries']['nodes'][number]>;
};

const Wallet = ({ wallet: { available, held, balance }, entries }: WalletProps) => (
  <Panel title="Wallet">
    <dl className={`${styles.facts} ${styles.body}`}>
      <dt>Can spend</dt>
      <dd>{moneyText(available)}</dd>
      <dt>Set aside</dt>
      <dd>{moneyText(held)}</dd>
      <dt>Balance</dt>
      <dd>{moneyText(balance)}</dd>
    </dl>
    {entries.nodes.length > 0 && (
      <Table
        label="Statement"
        rows={entries.nodes}
        keyOf={({ id }) => id}
        total={entries.totalCount}
        columns={[
          { name: 'When', cell: ({ at }) => <Time at={at} /> },
          { name: 'What', cell: ({ kind }) => inWords(kind) },
          { name: 'Amount', number: true, cell: ({ amount }) => moneyText(amount) },
          { name: 'Balance', number: true, cell: ({ balanceAfter }) => moneyText(balanceAfter) },
        ]}
      />
    )}
    <FootOf list={entries} />
  </Panel>
);

type MessagesProps = {
  readonly notifications: List<Seen['notifications']['nodes'][number]>;
  readonly unread: number;
};

const Messages = ({ notifications, notifications: { nodes, totalCount }, unread }: MessagesProps) => (
  <Panel title={`Messages (${countText(unread)} unread)`}>
    {nodes.length === 0 ? (
      <Nothing title="No message yet." />
    ) : (
      <Table
        label="Messages"
        rows={nodes}
        keyOf={({ id }) => id}
        total={totalCount}
        columns={[
          { name: 'When', cell: ({ at }) => <Time at={at} /> },
          { name: 'Message', cell: ({ message }) => message },
          { name: 'Read', cell: ({ readAt }) => readAt !== null && <Time at={readAt} /> },
        ]}
      />
    )}
    <FootOf list={notifications} />
  </Panel>
);
