// One saga: its steps over time, its plan with what is still possible, its timers, and its timeline with every intervention.
// It moves by itself.
import { useEffect, useState } from 'react';
import { useMutation, useQuery, useSubscription } from 'urql';
import { useSessionState } from '../../../shared/api/provider.js';
import { serverNow } from '../../../shared/api/server-clock.js';
import { Actions, Notice } from '../../../shared/ui/ui.js';
import {
  OrderActionsDocument,
  RetryStepDocument,
  SagaChangedDocument,
  SagaDocument,
  SettleStepDocument,
  type SagaDetailFragment,
} from '../../generated/graphql.js';
import { hasRole } from '../../navigation.js';
import { EventList } from '../../ui/event-list.js';
import { Link, useParam } from '../../ui/link.js';
import {
  durationText,
  inWords,
  Mono,
  Muted,
  Nothing,
  OrderLink,
  Page,
  Panel,
  shortId,
  Status,
  styles,
  Table,
  Time,
  WhenLoaded,
} from '../../ui/parts.js';
import { problemOf, ReasonDialog } from '../../ui/reason-dialog.js';
import { OrderActions } from '../orders/order-actions.js';
import { useOrderMoves } from '../orders/use-order-moves.js';
import { TimerActions } from '../timers/timer-actions.js';
import { Gantt } from './gantt.js';

type Saga = SagaDetailFragment;

export function SagaPage() {
  const orderId = useParam('id');
  const [result, again] = useQuery({ query: SagaDocument, variables: { orderId } });
  const [{ data: changed }] = useSubscription({ query: SagaChangedDocument });
  const changedCursor =
    changed?.sagaUpdated.saga.orderId === orderId ? changed.sagaUpdated.cursor : undefined;
  useEffect(() => {
    if (changedCursor !== undefined) again({ requestPolicy: 'network-only' });
  }, [changedCursor, again]);
  return (
    <Page title={`Saga of ${shortId(orderId)}`}>
      <WhenLoaded result={result} again={again}>
        {({ saga }) =>
          saga === null ? <Nothing title="No saga carries out this order." /> : <SagaView saga={saga} />
        }
      </WhenLoaded>
    </Page>
  );
}

/** The present, every second: ages and running bars grow. */
function useNow(): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(serverNow());
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}

function SagaView({ saga }: { readonly saga: Saga }) {
  const now = useNow();
  return (
    <div className={styles.stack}>
      <Facts saga={saga} now={now} />
      {saga.status === 'COMPENSATION_STUCK' && (
        <Notice kind="bad" title="An undo fails again and again.">
          <p>It is tried on. Retry it now, or settle it once it was done by hand.</p>
        </Notice>
      )}
      <ActOnOrder orderId={saga.orderId} />
      <Panel title="Steps over time">
        <Gantt saga={saga} now={now} />
      </Panel>
      <Plan saga={saga} now={now} />
      <Timers saga={saga} now={now} />
      <Panel title="Timeline">
        <EventList events={saga.timeline.nodes} label="Timeline" />
      </Panel>
    </div>
  );
}

/** The same acts as on the order's own page. */
function ActOnOrder({ orderId }: { readonly orderId: string }) {
  const [{ data }, again] = useQuery({ query: OrderActionsDocument, variables: { id: orderId } });
  const shipments = useOrderMoves(orderId, data?.order?.shipments ?? null, () => {
    again({ requestPolicy: 'network-only' });
  });
  if (!data?.order) return null;
  return <OrderActions order={{ ...data.order, shipments }} again={again} />;
}

function Facts({ saga, now }: { readonly saga: Saga; readonly now: number }) {
  const { status, waitingFor, waitingSince, orderId, definition, definitionVersion, coordination } = saga;
  return (
    <Panel padded>
      <dl className={styles.facts}>
        <dt>Status</dt>
        <dd>
          <span role="status">
            <Status of={status} />
          </span>
        </dd>
        {waitingFor !== null && (
          <>
            <dt>Waits for</dt>
            <dd>
              {waitingFor}
              {waitingSince !== null && `, for ${durationText(now - Date.parse(waitingSince))}`}
            </dd>
          </>
        )}
        <dt>Order</dt>
        <dd>
          <OrderLink id={orderId} />
        </dd>
        <dt>Time machine</dt>
        <dd>
          <Link to="/orders/$id/moments" params={{ id: orderId }}>
            at each of its events
          </Link>
        </dd>
        <dt>Definition</dt>
        <dd>
          {definition} v{definitionVersion}, {inWords(coordination)}
        </dd>
      </dl>
    </Panel>
  );
}

/** Steps that a person can act on. */
const open = ['RUNNING', 'RETRYING', 'STUCK', 'FAILED'];

function Plan({ saga, now }: { readonly saga: Saga; readonly now: number }) {
  const attemptsOf = (name: string) => saga.steps.find((step) => step.name === name);
  return (
    <Panel title="Plan">
      <Table
        label="Plan"
        rows={saga.plan}
        keyOf={({ name }) => name}
        columns={[
          { name: 'Stage', number: true, cell: ({ stage }) => stage + 1 },
          { name: 'Step', cell: ({ name }) => <Mono>{name}</Mono> },
          { name: 'State', cell: ({ state }) => <Status of={state} /> },
          { name: 'Failed tries', number: true, cell: ({ name }) => attemptsOf(name)?.attempts ?? '' },
          {
            name: 'Again in',
            number: true,
            cell: ({ retryAt }) => (retryAt === null ? '' : durationText(Date.parse(retryAt) - now)),
          },
          { name: 'After', cell: ({ dependsOn }) => <Muted>{dependsOn.join(', ')}</Muted> },
          { name: 'Undone by', cell: ({ undo }) => <Muted>{undo}</Muted> },
          { name: 'Last error', cell: ({ name }) => <Muted>{attemptsOf(name)?.lastError}</Muted> },
          {
            name: 'Act',
            cell: ({ name, state }) =>
              open.includes(attemptsOf(name)?.status ?? state) && (
                <StepActions orderId={saga.orderId} step={name} />
              ),
          },
        ]}
      />
    </Panel>
  );
}

function StepActions({ orderId, step }: { readonly orderId: string; readonly step: string }) {
  const state = useSessionState();
  const [, retry] = useMutation(RetryStepDocument);
  const [, settle] = useMutation(SettleStepDocument);
  if (state.status !== 'signed-in' || !hasRole(state.person.roles, ['OPERATOR'])) return null;
  return (
    <Actions>
      <ReasonDialog
        label="Retry"
        title={`Try ${step} now?`}
        explain="It is tried at once, whatever its backoff."
        act={async (reason, idempotencyKey) => {
          const { data, error } = await retry({ input: { idempotencyKey, orderId, step, reason } });
          return problemOf('SagaSuccess', data?.retrySagaStep, error);
        }}
      />
      <ReasonDialog
        label="Settle"
        kind="danger"
        title={`Take ${step} as done by hand?`}
        explain="The saga goes on as if this undo had happened. Do it first: nothing checks that it was done."
        act={async (reason, idempotencyKey) => {
          const { data, error } = await settle({ input: { idempotencyKey, orderId, step, reason } });
          return problemOf('SagaSuccess', data?.settleSagaStep, error);
        }}
      />
    </Actions>
  );
}

function Timers({ saga: { timers }, now }: { readonly saga: Saga; readonly now: number }) {
  return (
    <Panel title="Timers">
      {timers.length === 0 ? (
        <Nothing title="It has set no deadline." />
      ) : (
        <Table
          label="Timers"
          rows={timers}
          keyOf={({ id, kind }) => id + kind}
          columns={[
            { name: 'Deadline', cell: ({ kind }) => kind },
            { name: 'State', cell: ({ state }) => <Status of={state} /> },
            { name: 'Due', cell: ({ dueAt }) => <Time at={dueAt} /> },
            {
              name: 'In',
              number: true,
              cell: ({ dueAt, state }) =>
                state === 'ARMED' ? durationText(Math.max(0, Date.parse(dueAt) - now)) : '',
            },
            { name: 'Act', cell: (timer) => <TimerActions timer={timer} again={() => undefined} /> },
          ]}
        />
      )}
    </Panel>
  );
}
