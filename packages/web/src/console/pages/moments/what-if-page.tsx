// What if: one thing is changed after one of the order's events, and both outcomes stand side by side. Nothing is written.
import { useQuery } from 'urql';
import { Notice } from '../../../shared/ui/ui.js';
import {
  MomentEventsDocument,
  WhatIfDocument,
  type MomentEventsQuery,
  type OutcomeFragment,
  type WhatIfChange,
} from '../../generated/graphql.js';
import { whatIfSearch } from '../../search.js';
import { Select, Typed } from '../../ui/filters.js';
import { Link, useGo, useParam, useSearch } from '../../ui/link.js';
import {
  inWords,
  moneyText,
  Mono,
  Muted,
  Nothing,
  Page,
  Panel,
  shortId,
  Status,
  styles,
  Toolbar,
  WhenLoaded,
} from '../../ui/parts.js';
import { indexAt } from './moment-at.js';
import own from './moments-page.module.css';
import { Stock } from './stock.js';

type Event = MomentEventsQuery['moments'][number];

const changes: readonly (readonly [WhatIfChange, string])[] = [
  ['DECLINE_PAYMENT', 'the payment is declined'],
  ['NO_STOCK', 'there is no stock'],
  ['LATER_MS', 'all comes later'],
  ['CANCEL', 'the customer cancels'],
  ['REJECT_REVIEW', 'staff reject it in review'],
];
const isChange = (text: string | undefined): text is WhatIfChange =>
  changes.some(([change]) => change === text);

export function WhatIfPage() {
  const orderId = useParam('id');
  const [result, again] = useQuery({ query: MomentEventsDocument, variables: { orderId } });
  return (
    <Page
      title={`What if, for ${shortId(orderId)}`}
      actions={
        <Link to="/orders/$id/moments" params={{ id: orderId }}>
          To its time machine
        </Link>
      }
    >
      <WhenLoaded result={result} again={again}>
        {({ moments }) =>
          moments.length === 0 ? (
            <Nothing title="There is no such order." />
          ) : (
            <Question orderId={orderId} events={moments} />
          )
        }
      </WhenLoaded>
    </Page>
  );
}

type QuestionProps = { readonly orderId: string; readonly events: readonly Event[] };

function Question({ orderId, events }: QuestionProps) {
  const search = useSearch(whatIfSearch);
  const go = useGo();
  const set = (name: string, value: string): void => {
    go({
      to: '/orders/$id/what-if',
      params: { id: orderId },
      search: { ...search, [name]: value },
      replace: true,
    });
  };
  const position = events[indexAt(events, search.at)]?.position ?? '';
  const { change, seconds = '3600' } = search;
  return (
    <>
      <Toolbar>
        <Select
          label="After the event"
          none={null}
          value={position}
          options={events.map((event, n) => [event.position, `${n + 1}. ${event.event.type}`])}
          onChange={(value) => {
            set('at', value);
          }}
        />
        <Select
          label="What if …"
          none="choose"
          value={change}
          options={changes}
          onChange={(value) => {
            set('change', value);
          }}
        />
        {change === 'LATER_MS' && (
          <Typed
            label="Seconds later"
            value={seconds}
            onChange={(value) => {
              set('seconds', value);
            }}
          />
        )}
      </Toolbar>
      {isChange(change) ? (
        <Outcomes orderId={orderId} position={position} change={change} seconds={seconds} />
      ) : (
        <Panel>
          <Nothing title="Choose what is to be different.">
            <p>The shop’s own code carries the order on in memory. Nothing is written.</p>
          </Nothing>
        </Panel>
      )}
    </>
  );
}

type OutcomesProps = {
  readonly orderId: string;
  readonly position: string;
  readonly change: WhatIfChange;
  readonly seconds: string;
};

function Outcomes({ orderId, position, change, seconds }: OutcomesProps) {
  const amount = change === 'LATER_MS' ? Math.round(Number(seconds) * 1_000) : null;
  const input = { orderId, position, change, amount };
  const [result] = useQuery({
    query: WhatIfDocument,
    variables: { input },
    pause: Number.isNaN(amount),
    requestPolicy: 'network-only',
  });
  const { data, error, fetching } = result;
  if (error !== undefined && !fetching)
    return (
      <Notice kind="warn" title="This can’t be asked.">
        <p>{error.message.replace('[GraphQL] ', '')}</p>
      </Notice>
    );
  return (
    <WhenLoaded result={{ data: fetching ? undefined : data }} again={() => undefined}>
      {({ whatIf: { happened, wouldHave } }) => (
        <div className={own.sides}>
          <div>
            <Outcome title="What happened" outcome={happened} other={wouldHave} />
          </div>
          <div>
            <Outcome title="What would have happened" outcome={wouldHave} other={happened} />
          </div>
        </div>
      )}
    </WhenLoaded>
  );
}

type StoredEvent = { readonly type: string; readonly stream: string; readonly at: string };
const eventsOf = ({ events }: OutcomeFragment): readonly StoredEvent[] => events as readonly StoredEvent[];

type OutcomeProps = {
  readonly title: string;
  readonly outcome: OutcomeFragment;
  readonly other: OutcomeFragment;
};

function Outcome({ title, outcome, other }: OutcomeProps) {
  const { status, failureReason, wallet, stock } = outcome;
  const elsewhere = new Set(eventsOf(other).map(({ type }) => type));
  return (
    <Panel title={title} padded>
      <dl className={styles.facts}>
        <dt>Status</dt>
        <dd>
          <Status of={status} />
        </dd>
        <dt>Reason</dt>
        <dd>{failureReason === null ? 'none' : inWords(failureReason)}</dd>
        <dt>Wallet</dt>
        <dd>{moneyText(wallet)}</dd>
      </dl>
      <Stock products={stock} />
      <h3>Events</h3>
      <ol className={own.events} aria-label={`Events: ${title}`}>
        {eventsOf(outcome).length === 0 && <li>None.</li>}
        {eventsOf(outcome).map(({ type, stream }, n) => (
          <li key={n} data-other={elsewhere.has(type) ? undefined : ''}>
            <Mono>{type}</Mono> <Muted>{stream.split('-')[0]}</Muted>
            {!elsewhere.has(type) && <Muted>only here</Muted>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
