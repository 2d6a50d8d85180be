// One order for staff: its facts, its history with the authors, and links to its saga and streams.
import { useMutation, useQuery } from 'urql';
import { useSessionState } from '../../../shared/api/provider.js';
import { Actions, Notice } from '../../../shared/ui/ui.js';
import { hasRole } from '../../navigation.js';
import { OrderSeenDocument, ReviewDocument, type OrderSeenQuery } from '../../generated/graphql.js';
import { Link, useParam } from '../../ui/link.js';
import { problemOf, ReasonDialog } from '../../ui/reason-dialog.js';
import {
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
  const [result, again] = useQuery({ query: OrderSeenDocument, variables: { id } });
  return (
    <Page title={`Order ${shortId(id)}`}>
      <WhenLoaded
        result={result}
        again={() => {
          again({ requestPolicy: 'network-only' });
        }}
      >
        {({ order }) =>
          order === null ? (
            <Nothing title="There is no such order." />
          ) : (
            <Order
              order={order}
              again={() => {
                again({ requestPolicy: 'network-only' });
              }}
            />
          )
        }
      </WhenLoaded>
    </Page>
  );
}

function Order({ order, again }: { readonly order: Seen; readonly again: () => void }) {
  const state = useSessionState();
  const mayReview = state.status === 'signed-in' && hasRole(state.person.roles, ['SUPPORT']);
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
              { name: 'Status', cell: ({ to }) => <Status of={to} /> },
              { name: 'Event', cell: ({ triggeringEvent }) => <Mono>{triggeringEvent}</Mono> },
              { name: 'By', cell: ({ actor }) => <Muted>{actor}</Muted> },
            ]}
          />
        </Panel>
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
        {order.nextActions.includes('REVIEW') && mayReview && <Review orderId={order.id} again={again} />}
        <Facts order={order} />
      </div>
    </div>
  );
}

/** The order is held until a person has looked at it. */
function Review({ orderId, again }: { readonly orderId: string; readonly again: () => void }) {
  const [, review] = useMutation(ReviewDocument);
  const act = (approve: boolean) => async (reason: string, idempotencyKey: string) => {
    const { data, error } = await review({ input: { idempotencyKey, orderId, approve, reason } });
    again();
    return problemOf('OrderSuccess', data?.reviewOrder, error);
  };
  return (
    <Notice kind="warn" title="A person has to look at this order.">
      <Actions>
        <ReasonDialog
          label="Approve"
          kind="primary"
          title="Let this order go out?"
          explain="It is confirmed, and the warehouse gets it."
          act={act(true)}
        />
        <ReasonDialog
          label="Reject"
          kind="danger"
          title="Reject this order?"
          explain="It fails. Its stock is released, and the money goes back."
          act={act(false)}
        />
      </Actions>
    </Notice>
  );
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
            <dd>{inWords(failureReason)}</dd>
          </>
        )}
        <dt>Id</dt>
        <dd>
          <Mono>{id}</Mono>
        </dd>
        <dt>Customer</dt>
        <dd>
          <Link to="/orders" search={{ customer: customerId }}>
            <Mono>{customerId}</Mono>
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
