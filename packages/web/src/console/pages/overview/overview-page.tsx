// The state of the shop, live: orders by status and by minute, the progress of sagas, the durations of their steps, lag, and
// parked events.
import { useQuery } from 'urql';
import { useSessionState } from '../../../shared/api/provider.js';
import { Hidden } from '../../../shared/ui/ui.js';
import {
  CountsDocument,
  ParkedCountDocument,
  ProjectionsDocument,
  RecentSagasDocument,
  type CountsQuery,
} from '../../generated/graphql.js';
import { hasRole } from '../../navigation.js';
import { Link } from '../../ui/link.js';
import { countText, durationText, inWords, Nothing, Page, Panel, WhenLoaded } from '../../ui/parts.js';
import { useLook } from '../../ui/use-look.js';
import { Histogram, shortEnd } from './histogram.js';
import { bucketEnds, bucketName, inOrder, latenciesOf, type StepLatencies } from './latencies.js';
import { OrdersPerMinute } from './orders-per-minute.js';
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
  const steps = inOrder(latenciesOf(sagas.data?.sagas.nodes ?? []));
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
                <Steps steps={steps} />
              </div>
              <div className={styles.wide}>
                <Panel title="How long the steps of the last 100 sagas took">
                  <Histogram steps={steps} />
                  <HeatMap steps={steps} />
                </Panel>
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
  <Link to={to} search={search} className={styles.card} data-tone={bad && value !== 0 ? 'bad' : undefined}>
    <strong>{typeof value === 'number' ? countText(value) : value}</strong>
    <span>{name}</span>
  </Link>
);

function OperatorCards() {
  const [parked, lookAtParked] = useQuery({ query: ParkedCountDocument, requestPolicy: 'network-only' });
  const [models, lookAtModels] = useQuery({ query: ProjectionsDocument, requestPolicy: 'network-only' });
  useLook(lookAtParked, lookMs);
  useLook(lookAtModels, lookMs);
  const lag = Math.max(0, ...(models.data?.projections.map(({ lagMs }) => lagMs) ?? []));
  return (
    <>
      <Card to="/parked" value={parked.data?.parkedEvents.totalCount ?? '…'} name="events parked" bad />
      <Card
        to="/projections"
        value={models.data === undefined ? '…' : durationText(lag)}
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
      <div className={styles.bars}>
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
      </div>
    </Panel>
  );
}

type BarProps = {
  readonly name: React.ReactNode;
  readonly part: number;
  readonly text: string;
  readonly bad?: boolean;
};

const Bar = ({ name, part, text, bad = false }: BarProps) => (
  <>
    <span>{name}</span>
    <span className={styles.track} aria-hidden="true">
      <span
        className={styles.fill}
        data-tone={bad ? 'bad' : undefined}
        style={{ width: `${part * 100}%`, visibility: part === 0 ? 'hidden' : 'visible' }}
      />
    </span>
    <span className={styles.number}>{text}</span>
  </>
);

function Steps({ steps }: { readonly steps: readonly StepLatencies[] }) {
  const most = Math.max(1, ...steps.map(({ begun }) => begun));
  return (
    <Panel title="How far the last 100 sagas came">
      {steps.length === 0 ? (
        <Nothing title="No saga has begun." />
      ) : (
        <div className={styles.bars}>
          {steps.map(({ kind, begun, ended, failed }) => (
            <Bar
              key={kind}
              name={inWords(kind)}
              part={begun / most}
              text={`${begun}${ended < begun ? `, ${begun - ended} under way` : ''}${failed > 0 ? `, ${failed} failed` : ''}`}
            />
          ))}
        </div>
      )}
    </Panel>
  );
}

function HeatMap({ steps }: { readonly steps: readonly StepLatencies[] }) {
  return (
    <div className={styles.heat} tabIndex={0} role="region" aria-label="How long the steps took">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <Hidden>Step</Hidden>
            </th>
            <th scope="col">Median</th>
            {bucketEnds.map((end, n) => (
              <th key={end} scope="col" title={bucketName(end, n)}>
                {shortEnd(end)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map(({ kind, counts, medianMs }) => {
            const most = Math.max(1, ...counts);
            return (
              <tr key={kind}>
                <th scope="row">{inWords(kind)}</th>
                <th scope="row">{medianMs === null ? '' : durationText(medianMs)}</th>
                {counts.map((count, n) => {
                  const heat = Math.sqrt(count / most);
                  return (
                    <td
                      key={bucketEnds[n]}
                      data-dark={heat > 0.6 || undefined}
                      style={{ '--heat': heat } as React.CSSProperties}
                    >
                      {count === 0 ? '' : count}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
