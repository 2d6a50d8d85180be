// Orders, filtered by the server; the filters are in the URL.
import { OrdersFoundDocument, type OrderRowFragment, type OrderStatus } from '../../generated/graphql.js';
import { ordersSearch } from '../../search.js';
import { ages, Filters, secondsOf, Select, Typed } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import { PagedTable } from '../../ui/paged-table.js';
import {
  inWords,
  moneyText,
  Muted,
  OrderLink,
  Page,
  ShortId,
  Status,
  Time,
  unitsText,
  type Column,
} from '../../ui/parts.js';

const statuses = [
  'CREATED',
  'RESERVED',
  'PAYMENT_PENDING',
  'PAID',
  'UNDER_REVIEW',
  'CONFIRMED',
  'SHIPPED',
  'IN_TRANSIT',
  'DELIVERED',
  'FAILED',
  'CANCELLED',
].map((status) => [status, inWords(status)] as const);

const returns = [['return_asked_for', 'asked for']] as const;

const columns: readonly Column<OrderRowFragment>[] = [
  { name: 'Order', cell: ({ id }) => <OrderLink id={id} /> },
  { name: 'Status', cell: ({ status }) => <Status of={status} /> },
  {
    name: 'Reason',
    cell: ({ failureReason }) => failureReason !== null && <Muted>{inWords(failureReason)}</Muted>,
  },
  { name: 'Lines', cell: ({ lines }) => unitsText(lines) },
  {
    name: 'Customer',
    cell: ({ customerId }) => <ShortId of={customerId} />,
  },
  { name: 'Total', number: true, cell: ({ total }) => moneyText(total) },
  { name: 'Placed', cell: ({ placedAt }) => <Time at={placedAt} /> },
];

export function OrdersPage() {
  const [search, set] = useFilters('/orders', ordersSearch);
  return (
    <Page title="Orders">
      <Filters page="/orders" search={search}>
        <Select
          label="Status"
          value={search.status}
          options={statuses}
          onChange={(value) => {
            set('status', value);
          }}
        />
        <Typed
          label="Customer"
          placeholder="id"
          value={search.customer}
          onChange={(value) => {
            set('customer', value);
          }}
        />
        <Select
          label="Returns"
          value={search.returns}
          options={returns}
          onChange={(value) => {
            set('returns', value);
          }}
        />
        <Select
          label="Older than"
          value={search.olderThan}
          options={ages}
          onChange={(value) => {
            set('olderThan', value);
          }}
        />
      </Filters>
      <PagedTable
        label="Orders"
        document={OrdersFoundDocument}
        variables={{
          status: (search.status as OrderStatus | undefined) ?? null,
          customerId: search.customer ?? null,
          olderThanSeconds: secondsOf(search.olderThan),
          withOpenReturnRequest: search.returns === 'return_asked_for',
        }}
        listOf={({ orders }) => orders}
        columns={columns}
        keyOf={({ id }) => id}
        empty="No order is like this."
      />
    </Page>
  );
}
