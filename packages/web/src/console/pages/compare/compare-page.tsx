// Two runs side by side: an orchestrated one, in which one process decides on every step, and a choreographed one, in which each
// context reacts to the events of the others.
import { useQuery } from 'urql';
import { serverNow } from '../../../shared/api/server-clock.js';
import {
  RecentSagasDocument,
  SagaDocument,
  type SagaDetailFragment,
  type SagaRowFragment,
} from '../../generated/graphql.js';
import { compareSearch } from '../../search.js';
import { EventList } from '../../ui/event-list.js';
import { Typed } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import {
  countText,
  durationText,
  inWords,
  Nothing,
  OrderLink,
  Page,
  Panel,
  SagaLink,
  Status,
  styles,
  Toolbar,
  WhenLoaded,
} from '../../ui/parts.js';
import { Gantt } from '../sagas/gantt.js';
import { runOf } from './run.js';

type Coordination = SagaRowFragment['coordination'];

export function ComparePage() {
  const [search, set] = useFilters('/compare', compareSearch);
  const [recent, again] = useQuery({ query: RecentSagasDocument });
  const latest = (coordination: Coordination): string | undefined =>
    recent.data?.sagas.nodes.find((saga) => saga.coordination === coordination)?.orderId;
  const left = search.left ?? latest('ORCHESTRATION');
  const right = search.right ?? latest('CHOREOGRAPHY');
  return (
    <Page title="Side by side">
      <Toolbar>
        <Typed
          label="Left"
          placeholder="the latest order"
          value={search.left}
          onChange={(value) => {
            set('left', value);
          }}
        />
        <Typed
          label="Right"
          placeholder="the latest order"
          value={search.right}
          onChange={(value) => {
            set('right', value);
          }}
        />
      </Toolbar>
      <WhenLoaded result={recent} again={again}>
        {() => (
          <div className={styles.pair}>
            <Run orderId={left} none="No order is orchestrated yet." />
            <Run
              orderId={right}
              none="No order is choreographed yet. Place one with coordination: CHOREOGRAPHY."
            />
          </div>
        )}
      </WhenLoaded>
    </Page>
  );
}

function Run({ orderId, none }: { readonly orderId: string | undefined; readonly none: string }) {
  const [result, again] = useQuery({
    query: SagaDocument,
    variables: { orderId: orderId ?? '' },
    pause: orderId === undefined,
  });
  if (orderId === undefined)
    return (
      <Panel>
        <Nothing title={none} />
      </Panel>
    );
  return (
    <WhenLoaded result={result} again={again}>
      {({ saga }) =>
        saga === null ? (
          <Panel>
            <Nothing title="There is no such order." />
          </Panel>
        ) : (
          <Side saga={saga} />
        )
      }
    </WhenLoaded>
  );
}

function Side({ saga }: { readonly saga: SagaDetailFragment }) {
  const run = runOf(saga.timeline.nodes);
  return (
    <div className={styles.stack}>
      <Panel title={inWords(saga.coordination)} padded>
        <dl className={styles.facts}>
          <dt>Order</dt>
          <dd>
            <OrderLink id={saga.orderId} /> <SagaLink id={saga.orderId}>saga</SagaLink>
          </dd>
          <dt>Status</dt>
          <dd>
            <Status of={saga.status} />
          </dd>
          <dt>Took</dt>
          <dd>{durationText(run.tookMs)}</dd>
          <dt>Events</dt>
          <dd>{countText(saga.timeline.nodes.length)}</dd>
          <dt>Decided by</dt>
          <dd>
            {run.deciders.length === 0
              ? '–'
              : run.deciders.map(({ name, decisions }) => `${name} (${decisions})`).join(', ')}
          </dd>
        </dl>
      </Panel>
      <Panel title="Steps over time">
        <Gantt saga={saga} now={serverNow()} />
      </Panel>
      <Panel title="Events">
        <EventList events={saga.timeline.nodes} label={`Events, ${inWords(saga.coordination)}`} />
      </Panel>
    </div>
  );
}
