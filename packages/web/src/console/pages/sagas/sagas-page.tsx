// Sagas by status, by the thing that they wait for, and by the length of the wait. Stuck ones show here.
import { serverNow } from '../../../shared/api/server-clock.js';
import { SagasFoundDocument, type SagaRowFragment, type SagaStatus } from '../../generated/graphql.js';
import { sagasSearch } from '../../search.js';
import { ages, Filters, secondsOf, Select } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import { PagedTable } from '../../ui/paged-table.js';
import {
  durationText,
  inWords,
  Muted,
  Page,
  SagaLink,
  Status,
  styles,
  Time,
  type Column,
} from '../../ui/parts.js';

const statuses = [
  ...['RUNNING', 'WAITING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED'],
  ...['PARKED', 'COMPENSATION_STUCK'],
].map((status) => [status, inWords(status)] as const);
const waits = [
  'stock',
  'payment',
  'funds',
  'customer',
  'capture',
  'checks',
  'review',
  'compensation',
  'operator',
].map((wait) => [wait, inWords(wait)] as const);

const beganAt = ({ steps }: SagaRowFragment): string | null =>
  steps.map(({ startedAt }) => startedAt).find((at) => at !== null) ?? null;

const columns: readonly Column<SagaRowFragment>[] = [
  { name: 'Order', cell: ({ orderId }) => <SagaLink id={orderId} /> },
  { name: 'Status', cell: ({ status }) => <Status of={status} /> },
  { name: 'Waits for', cell: ({ waitingFor }) => waitingFor ?? '' },
  {
    name: 'For',
    number: true,
    cell: ({ waitingSince }) =>
      waitingSince === null ? '' : durationText(serverNow() - Date.parse(waitingSince)),
  },
  {
    name: 'Steps',
    number: true,
    cell: ({ steps }) => `${steps.filter(({ status }) => status === 'DONE').length} / ${steps.length}`,
  },
  {
    name: 'Failed tries',
    number: true,
    cell: ({ steps }) => Math.max(0, ...steps.map(({ attempts }) => attempts)),
  },
  {
    name: 'Last error',
    cell: ({ steps }) => (
      <Muted>{steps.map(({ lastError }) => lastError).find((error) => error !== null)}</Muted>
    ),
  },
  {
    name: 'Definition',
    cell: ({ definition, definitionVersion }) => (
      <span className={styles.unbroken}>
        {definition} v{definitionVersion}
      </span>
    ),
  },
  {
    name: 'Began',
    cell: (saga) => {
      const at = beganAt(saga);
      return at === null ? '' : <Time at={at} />;
    },
  },
];

export function SagasPage() {
  const [search, set] = useFilters('/sagas', sagasSearch);
  const setter = (name: string) => (value: string) => {
    set(name, value);
  };
  return (
    <Page title="Sagas">
      <Filters page="/sagas" search={search}>
        <Select label="Status" value={search.status} options={statuses} onChange={setter('status')} />
        <Select label="Waits for" value={search.waitingFor} options={waits} onChange={setter('waitingFor')} />
        <Select
          label="For longer than"
          value={search.olderThan}
          options={ages}
          onChange={setter('olderThan')}
        />
      </Filters>
      <PagedTable
        label="Sagas"
        document={SagasFoundDocument}
        variables={{
          status: (search.status as SagaStatus | undefined) ?? null,
          waitingFor: search.waitingFor ?? null,
          olderThanSeconds: secondsOf(search.olderThan),
        }}
        listOf={({ sagas }) => sagas}
        columns={columns}
        keyOf={({ id }) => id}
        empty="No saga is like this."
      />
    </Page>
  );
}
