// What one customer sees: orders and one of them, wallet with statement, messages. Read-only: there is no control that changes
// anything, and the next actions are words.
import { useState } from 'react';
import { Button, Notice } from '../../../shared/ui/ui.js';
import type { SeenOrderFragment, ViewCustomerMutation } from '../../generated/graphql.js';
import {
  countText,
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

type Props = { readonly seen: Seen; readonly onClose: () => void };

export function CustomerSeen({ seen, onClose }: Props) {
  const { customer, notifications } = seen;
  const [chosen, setChosen] = useState<string | null>(null);
  const order = customer.orders.nodes.find(({ id }) => id === chosen) ?? customer.orders.nodes[0];
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
          <Orders orders={customer.orders} onOpen={setChosen} />
          {order !== undefined && <OrderSeen order={order} />}
        </div>
        <div className={styles.stack}>
          <Wallet wallet={customer.wallet} />
          <Messages notifications={notifications} unread={customer.unreadNotifications} />
        </div>
      </div>
    </>
  );
}

const nextOf = ({ customerActions }: SeenOrderFragment): string =>
  customerActions.length === 0 ? 'nothing' : customerActions.map(inWords).join(', ');

type OrdersProps = {
  readonly orders: Seen['customer']['orders'];
  readonly onOpen: (id: string) => void;
};

const Orders = ({ orders: { nodes, totalCount }, onOpen }: OrdersProps) => (
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
  </Panel>
);

const OrderSeen = ({ order }: { readonly order: SeenOrderFragment }) => (
  <Panel title={`Order ${order.code}`} actions={<Status of={order.status} />}>
    {order.failureMessage !== null && <p className={styles.body}>{order.failureMessage}</p>}
    <p className={styles.body}>The customer can do next: {nextOf(order)}.</p>
    <Table
      label="Lines of the order"
      rows={order.lines}
      keyOf={({ sku }) => sku}
      columns={[
        { name: 'Product', cell: ({ name }) => name },
        { name: 'Quantity', number: true, cell: ({ quantity }) => quantity },
        { name: 'Sum', number: true, cell: ({ total }) => moneyText(total) },
      ]}
    />
    <Table
      label="What happened"
      rows={order.history.nodes}
      keyOf={({ id }) => id}
      columns={[
        { name: 'When', cell: ({ at }) => <Time at={at} /> },
        { name: 'Then it was', cell: ({ to }) => <Status of={to} /> },
        { name: 'Why', cell: ({ reason }) => reason },
      ]}
    />
  </Panel>
);

const Wallet = ({
  wallet: { available, held, balance, entries },
}: {
  readonly wallet: Seen['customer']['wallet'];
}) => (
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
  </Panel>
);

type MessagesProps = { readonly notifications: Seen['notifications']; readonly unread: number };

const Messages = ({ notifications: { nodes, totalCount }, unread }: MessagesProps) => (
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
  </Panel>
);
