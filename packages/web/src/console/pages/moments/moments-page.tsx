// The time machine: a slider over one order's events. At each the whole order at that position of the log, what the event
// changed, and what caused it.
import { useQuery } from 'urql';
import { Actions, Button, buttonClass } from '../../../shared/ui/ui.js';
import { MomentsDocument, type MomentsQuery } from '../../generated/graphql.js';
import { momentsSearch } from '../../search.js';
import { EventBody } from '../../ui/event-list.js';
import { useHotkey } from '../../ui/hotkeys.js';
import { Link, useGo, useParam, useSearch } from '../../ui/link.js';
import {
  inWords,
  moneyText,
  Mono,
  Muted,
  Nothing,
  OrderLink,
  Page,
  Panel,
  shortId,
  Status,
  StreamLink,
  styles,
  Table,
  Time,
  WhenLoaded,
} from '../../ui/parts.js';
import { indexAt } from './moment-at.js';
import own from './moments-page.module.css';
import { Stock } from './stock.js';

type Moment = MomentsQuery['moments'][number];

export function MomentsPage() {
  const orderId = useParam('id');
  const [result, again] = useQuery({ query: MomentsDocument, variables: { orderId } });
  return (
    <Page title={`Time machine of ${shortId(orderId)}`} actions={<OrderLink id={orderId} />}>
      <WhenLoaded result={result} again={again}>
        {({ moments }) =>
          moments.length === 0 ? (
            <Nothing title="There is no such order." />
          ) : (
            <Machine orderId={orderId} moments={moments} />
          )
        }
      </WhenLoaded>
    </Page>
  );
}

type MachineProps = { readonly orderId: string; readonly moments: readonly Moment[] };

function Machine({ orderId, moments }: MachineProps) {
  const { at } = useSearch(momentsSearch);
  const go = useGo();
  const index = indexAt(moments, at);
  const moment = moments[index];
  const show = (n: number): void => {
    const { position } = moments[Math.min(Math.max(n, 0), moments.length - 1)] ?? {};
    go({ to: '/orders/$id/moments', params: { id: orderId }, search: { at: position }, replace: true });
  };
  useHotkey('j', () => {
    show(index + 1);
  });
  useHotkey('k', () => {
    show(index - 1);
  });
  if (moment === undefined) return null;
  return (
    <div className={styles.stack}>
      <Slider orderId={orderId} moments={moments} index={index} show={show} />
      <div className={styles.columns}>
        <div className={styles.stack}>
          <Happened moment={moment} />
          <Saga moment={moment} />
        </div>
        <div className={styles.stack}>
          <Order moment={moment} />
          <Panel title="Stock">
            <Stock products={moment.stock} />
          </Panel>
        </div>
      </div>
    </div>
  );
}

type SliderProps = MachineProps & { readonly index: number; readonly show: (index: number) => void };

function Slider({ orderId, moments, index, show }: SliderProps) {
  const { event, position } = moments[index] ?? {};
  return (
    <Panel padded>
      <div className={own.machine}>
        <label htmlFor="moment">
          Event {index + 1} of {moments.length}
        </label>
        <input
          id="moment"
          className={own.slider}
          type="range"
          min={0}
          max={moments.length - 1}
          value={index}
          aria-valuetext={`${event?.type ?? ''}, ${index + 1} of ${moments.length}`}
          onChange={({ target }) => {
            show(Number(target.value));
          }}
        />
        <Actions>
          <Button
            onClick={() => {
              show(index - 1);
            }}
          >
            Earlier (k)
          </Button>
          <Button
            onClick={() => {
              show(index + 1);
            }}
          >
            Later (j)
          </Button>
          <Link
            to="/orders/$id/what-if"
            params={{ id: orderId }}
            search={{ at: position }}
            className={buttonClass()}
          >
            What if …
          </Link>
        </Actions>
      </div>
    </Panel>
  );
}

function Happened({ moment: { event, changes, cause, actor, commandId } }: { readonly moment: Moment }) {
  return (
    <Panel
      title={
        <span role="status">
          {event.type} <Muted>in {event.stream.split('-')[0]}</Muted>
        </span>
      }
      actions={<Time at={event.createdAt} />}
      padded
    >
      <ul className={own.changes} aria-label="Changes">
        {changes.length === 0 && <li>Nothing that shows in order, saga, money or stock.</li>}
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
      <dl className={styles.facts}>
        <dt>Caused by</dt>
        <dd>
          {cause === null ? (
            'a request'
          ) : (
            <>
              <Mono>{cause.type}</Mono> in <StreamLink name={cause.stream} />
            </>
          )}
        </dd>
        <dt>Command</dt>
        <dd>
          <Mono>{commandId}</Mono>
        </dd>
        <dt>By</dt>
        <dd>{actor}</dd>
      </dl>
      <details className={own.whole}>
        <summary>The whole event</summary>
        <EventBody event={event} />
      </details>
    </Panel>
  );
}

function Order({ moment: { order, wallet } }: { readonly moment: Moment }) {
  if (order === null) return null;
  const { status, failureReason, reservationExpiresAt, payment, invoice } = order;
  return (
    <Panel title="Order and money" padded>
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
        {reservationExpiresAt !== null && (
          <>
            <dt>Reserved until</dt>
            <dd>
              <Time at={reservationExpiresAt} />
            </dd>
          </>
        )}
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
            <dd>{invoice.number}</dd>
          </>
        )}
        <dt>Wallet</dt>
        <dd>
          {wallet === null ? 'none' : `${moneyText(wallet.balance)}, of which ${moneyText(wallet.held)} held`}
        </dd>
      </dl>
    </Panel>
  );
}

function Saga({ moment: { saga } }: { readonly moment: Moment }) {
  if (saga === null)
    return (
      <Panel title="Saga">
        <Nothing title="It has not begun." />
      </Panel>
    );
  return (
    <Panel title="Saga" actions={<Status of={saga.status} />}>
      <Table
        label="Plan"
        rows={saga.plan}
        keyOf={({ name }) => name}
        columns={[
          { name: 'Stage', number: true, cell: ({ stage }) => stage + 1 },
          { name: 'Step', cell: ({ name }) => <Mono>{name}</Mono> },
          { name: 'State', cell: ({ state }) => <Status of={state} /> },
          { name: 'Undone by', cell: ({ undo }) => <Muted>{undo}</Muted> },
        ]}
      />
      {saga.timers.length > 0 && (
        <Table
          label="Timers"
          rows={saga.timers}
          keyOf={({ kind, dueAt }) => kind + dueAt}
          columns={[
            { name: 'Deadline', cell: ({ kind }) => kind },
            { name: 'State', cell: ({ state }) => <Status of={state} /> },
            { name: 'Due', cell: ({ dueAt }) => <Time at={dueAt} /> },
          ]}
        />
      )}
    </Panel>
  );
}
