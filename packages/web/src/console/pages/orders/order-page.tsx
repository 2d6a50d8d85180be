// One order for staff: its facts, its history with the authors, and links to its saga and streams.
import { useQuery } from 'urql';
import { useSessionState } from '../../../shared/api/provider.js';
import { OrderSeenDocument, type EventFragment, type OrderSeenQuery } from '../../generated/graphql.js';
import { hasRole } from '../../navigation.js';
import { Link, useParam } from '../../ui/link.js';
import { ActsOfStaff } from './acts-of-staff.js';
import { OrderActions } from './order-actions.js';
import { Requests, Returns } from './returns.js';
import { useOrderMoves } from './use-order-moves.js';
import {
  Actor,
  inWords,
  moneyText,
  Mono,
  Muted,
  Nothing,
  Page,
  Panel,
  SagaLink,
  shortId,
  Status,
  StreamLink,
  styles,
  Table,
  Time,
  WhenLoaded,
} from '../../ui/parts.js';

type Seen = NonNullable<OrderSeenQuery['order']>;

export function OrderPage() {
  const id = useParam('id');
  const state = useSessionState();
  const withActs = state.status === 'signed-in' && hasRole(state.person.roles, ['SUPPORT', 'OPERATOR']);
  const [result, again] = useQuery({ query: OrderSeenDocument, variables: { id, withActs } });
  const shipments = useOrderMoves(id, result.data?.order?.shipments ?? null, () => {
    again({ requestPolicy: 'network-only' });
  });
  return (
    <Page title={`Order ${shortId(id)}`}>
      <WhenLoaded result={result} again={again}>
        {({ order, saga }) =>
          order === null ? (
            <Nothing title="There is no such order." />
          ) : (
            <Order order={{ ...order, shipments }} events={saga?.timeline.nodes ?? []} again={again} />
          )
        }
      </WhenLoaded>
    </Page>
  );
}

type OrderProps = {
  readonly order: Seen;
  /** with those that staff caused; none for a reader who may not see them */
  readonly events: readonly EventFragment[];
  readonly again: () => void;
};

function Order({ order, events, again }: OrderProps) {
  return (
    <div className={styles.columns}>
      <div className={styles.stack}>
        <Panel title="History">
          <Table
            label="History"
            rows={order.history.nodes}
            keyOf={({ id }) => id}
            columns={[
              { name: 'When', cell: ({ at }) => <Time at={at} /> },
              {
                name: 'Status and event',
                cell: ({ to, triggeringEvent }) => (
                  <>
                    <Status of={to} />
                    <br />
                    <Mono>{triggeringEvent}</Mono>
                  </>
                ),
              },
              { name: 'By', cell: ({ actor }) => <Actor of={actor} /> },
              { name: 'Why', cell: ({ reason }) => reason },
            ]}
          />
        </Panel>
        <ActsOfStaff events={events} />
        <Panel title="Lines">
          <Table
            label="Lines"
            rows={order.lines}
            keyOf={({ sku }) => sku}
            columns={[
              { name: 'SKU', cell: ({ sku }) => <Mono>{sku}</Mono> },
              { name: 'Name', cell: ({ name }) => name },
              { name: 'Quantity', number: true, cell: ({ quantity }) => quantity },
              { name: 'Each', number: true, cell: ({ unitPrice }) => moneyText(unitPrice) },
              { name: 'Sum', number: true, cell: ({ total }) => moneyText(total) },
            ]}
          />
        </Panel>
        <Parcels order={order} />
        <Requests order={order} />
        <Returns order={order} />
        {order.notifications.length > 0 && (
          <Panel title="Messages to the customer">
            <Table
              label="Messages"
              rows={order.notifications}
              keyOf={({ id }) => id}
              columns={[
                { name: 'When', cell: ({ at }) => <Time at={at} /> },
                { name: 'Message', cell: ({ message }) => message },
              ]}
            />
          </Panel>
        )}
      </div>
      <div className={styles.stack}>
        <OrderActions order={order} again={again} />
        <Facts order={order} />
      </div>
    </div>
  );
}

function Parcels({ order: { shipments } }: { readonly order: Seen }) {
  return shipments.map(({ id, carrier, trackingNumber, scans }) => (
    <Panel
      key={id}
      title="Parcel"
      actions={
        <Muted>
          <Mono>{trackingNumber}</Mono> with {carrier}
        </Muted>
      }
    >
      {scans.length === 0 ? (
        <p className={styles.body}>The carrier has not scanned it yet.</p>
      ) : (
        <Table
          label="Scans"
          rows={scans}
          keyOf={({ at, code }) => `${at} ${code}`}
          columns={[
            { name: 'When', cell: ({ at }) => <Time at={at} /> },
            { name: 'Code', cell: ({ code }) => <Mono>{code}</Mono> },
            { name: 'Where', cell: ({ location }) => location },
          ]}
        />
      )}
    </Panel>
  ));
}

function Facts({ order }: { readonly order: Seen }) {
  const { id, customerId, status, failureReason, total, payment, invoice } = order;
  return (
    <Panel title="Facts" padded>
      <dl className={styles.facts}>
        <dt>Status</dt>
        <dd>
          <Status of={status} />
        </dd>
        {failureReason !== null && (
          <>
            <dt>Reason</dt>
            <dd>
              {inWords(failureReason)}
              {order.failureMessage !== null && `: ${order.failureMessage}`}
            </dd>
          </>
        )}
        <dt>Id</dt>
        <dd>
          <Mono>{id}</Mono>
        </dd>
        <dt>Code</dt>
        <dd>
          <Mono>{order.code}</Mono>
        </dd>
        <dt>Customer</dt>
        <dd>
          <Link to="/orders" search={{ customer: customerId }}>
            <Mono>{customerId}</Mono>
          </Link>
          ,{' '}
          <Link to="/customers" search={{ customer: customerId }}>
            the shop as they see it
          </Link>
        </dd>
        <dt>Total</dt>
        <dd>{moneyText(total)}</dd>
        {payment !== null && (
          <>
            <dt>Payment</dt>
            <dd>
              {inWords(payment.method)}, {inWords(payment.status)}, {moneyText(payment.amount)}
              {payment.refunded.amount !== '0' && `, ${moneyText(payment.refunded)} refunded`}
            </dd>
          </>
        )}
        {invoice !== null && (
          <>
            <dt>Invoice</dt>
            <dd>
              {invoice.number}, <Time at={invoice.issuedAt} />
            </dd>
          </>
        )}
        {order.reservationExpiresAt !== null && (
          <>
            <dt>Reserved until</dt>
            <dd>
              <Time at={order.reservationExpiresAt} />
            </dd>
          </>
        )}
        <dt>Coordination</dt>
        <dd>{inWords(order.coordination)}</dd>
        <Elsewhere id={id} />
      </dl>
    </Panel>
  );
}

const Elsewhere = ({ id }: { readonly id: string }) => (
  <>
    <dt>Saga</dt>
    <dd>
      <SagaLink id={id}>open</SagaLink>
    </dd>
    <dt>Time machine</dt>
    <dd>
      <Link to="/orders/$id/moments" params={{ id }}>
        at each of its events
      </Link>
      ,{' '}
      <Link to="/orders/$id/what-if" params={{ id }}>
        what if
      </Link>
    </dd>
    <dt>Streams</dt>
    <dd>
      <StreamLink name={`order-${id}`} />, <StreamLink name={`checkout-${id}`} />
    </dd>
    <dt>Interventions</dt>
    <dd>
      <Link to="/audit" search={{ subject: `order-${id}` }}>
        in the audit log
      </Link>
    </dd>
  </>
);
