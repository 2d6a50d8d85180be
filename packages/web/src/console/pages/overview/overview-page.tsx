// The state of the shop, live: orders by status and by minute, the progress of sagas, the durations of their steps, lag, and
// parked events.
import { useQuery } from 'urql';
import { useSessionState } from '../../../shared/api/provider.js';
import {
  CountsDocument,
  ParkedCountDocument,
  ProjectionsDocument,
  RecentSagasDocument,
  type CountsQuery,
} from '../../generated/graphql.js';
import { hasRole } from '../../navigation.js';
import { Link } from '../../ui/link.js';
import { countText, durationText, inWords, Page, Panel, WhenLoaded } from '../../ui/parts.js';
import { useLook } from '../../ui/use-look.js';
import { Bar, Bars } from './bars.js';
import { OrdersPerMinute } from './orders-per-minute.js';
import { Durations, Progress } from './recent-sagas.js';
import { Totals } from './totals.js';
import styles from './overview-page.module.css';

const lookMs = 3_000;

export function OverviewPage() {
  const state = useSessionState();
  const isOperator = state.status === 'signed-in' && hasRole(state.person.roles, ['OPERATOR']);
  const [counts, lookAtCounts] = useQuery({ query: CountsDocument, requestPolicy: 'network-only' });
  useLook(lookAtCounts, lookMs);
  const [sagas, lookAtSagas] = useQuery({ query: RecentSagasDocument, requestPolicy: 'network-only' });
  useLook(lookAtSagas, lookMs);
  return (
    <Page title="Overview">
      <WhenLoaded
        result={counts}
        again={() => {
          lookAtCounts({ requestPolicy: 'network-only' });
        }}
      >
        {(data) => (
          <>
            <div className={styles.cards}>
              <Card to="/orders" value={data.all.totalCount} name="orders" />
              <Card
                to="/sagas"
                search={{ status: 'WAITING' }}
                value={data.waiting.totalCount}
                name="sagas wait"
              />
              <Card
                to="/sagas"
                search={{ status: 'COMPENSATION_STUCK' }}
                value={data.stuck.totalCount}
                name="sagas stuck"
                bad
              />
              {isOperator && <OperatorCards />}
            </div>
            <div className={styles.grid}>
              <div className={styles.stack}>
                <ByStatus counts={data} />
                {isOperator && <Totals />}
              </div>
              <div className={styles.stack}>
                {isOperator && <OrdersPerMinute />}
                <Progress result={sagas} again={lookAtSagas} />
              </div>
              <div className={styles.wide}>
                <Durations result={sagas} again={lookAtSagas} />
              </div>
            </div>
          </>
        )}
      </WhenLoaded>
    </Page>
  );
}

type CardProps = {
  readonly to: string;
  readonly search?: Readonly<Record<string, string>>;
  readonly value: number | string;
  readonly name: string;
  /** Whether more than none is bad. */
  readonly bad?: boolean;
};

const Card = ({ to, search = {}, value, name, bad = false }: CardProps) => (
  <Link
    to={to}
    search={search}
    className={styles.card}
    data-tone={bad && typeof value === 'number' && value > 0 ? 'bad' : undefined}
  >
    <strong>{typeof value === 'number' ? countText(value) : value}</strong>
    <span>{name}</span>
  </Link>
);

/** In place of a number that is loading, or could not be loaded. */
const unknown = ({ error }: { readonly error?: object | undefined }): string =>
  error === undefined ? '…' : 'not known';

function OperatorCards() {
  const [parked, lookAtParked] = useQuery({ query: ParkedCountDocument, requestPolicy: 'network-only' });
  const [models, lookAtModels] = useQuery({ query: ProjectionsDocument, requestPolicy: 'network-only' });
  useLook(lookAtParked, lookMs);
  useLook(lookAtModels, lookMs);
  const lag = Math.max(0, ...(models.data?.projections.map(({ lagMs }) => lagMs) ?? []));
  return (
    <>
      <Card
        to="/parked"
        value={parked.data?.parkedEvents.totalCount ?? unknown(parked)}
        name="events parked"
        bad
      />
      <Card
        to="/projections"
        value={models.data === undefined ? unknown(models) : durationText(lag)}
        name="lag of read models"
      />
    </>
  );
}

const statuses = [
  ['CREATED', 'created'],
  ['RESERVED', 'reserved'],
  ['PAYMENT_PENDING', 'paymentPending'],
  ['PAID', 'paid'],
  ['UNDER_REVIEW', 'underReview'],
  ['CONFIRMED', 'confirmed'],
  ['SHIPPED', 'shipped'],
  ['IN_TRANSIT', 'inTransit'],
  ['DELIVERED', 'delivered'],
  ['FAILED', 'failed'],
  ['CANCELLED', 'cancelled'],
] as const;

function ByStatus({ counts }: { readonly counts: CountsQuery }) {
  const most = Math.max(1, ...statuses.map(([, field]) => counts[field].totalCount));
  return (
    <Panel title="Orders by status">
      <Bars>
        {statuses.map(([status, field]) => (
          <Bar
            key={status}
            name={
              <Link to="/orders" search={{ status }}>
                {inWords(status)}
              </Link>
            }
            part={counts[field].totalCount / most}
            text={countText(counts[field].totalCount)}
            bad={status === 'FAILED'}
          />
        ))}
      </Bars>
    </Panel>
  );
}
