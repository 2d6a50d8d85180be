// Deadlines: which are armed, for which order, and when they come due.
import { useMemo, useState } from 'react';
import { serverNow } from '../../../shared/api/server-clock.js';
import { TimersDocument, type TimersQuery } from '../../generated/graphql.js';
import { timersSearch } from '../../search.js';
import { TimerActions } from './timer-actions.js';
import { Filters, Select } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import { PagedTable } from '../../ui/paged-table.js';
import { durationText, Page, SagaLink, Status, Time, type Column } from '../../ui/parts.js';

type Timer = TimersQuery['timers']['nodes'][number];

const columns = (again: () => void): readonly Column<Timer>[] => [
  { name: 'Deadline', cell: ({ kind }) => kind },
  { name: 'State', cell: ({ state }) => <Status of={state} /> },
  { name: 'Order', cell: ({ orderId }) => <SagaLink id={orderId} /> },
  { name: 'Due', cell: ({ dueAt }) => <Time at={dueAt} /> },
  {
    name: 'In',
    number: true,
    cell: ({ dueAt, state }) => {
      const left = Date.parse(dueAt) - serverNow();
      if (state !== 'ARMED') return '';
      return left < 0 ? `${durationText(-left)} ago` : durationText(left);
    },
  },
  { name: 'Act', cell: (timer) => <TimerActions timer={timer} again={again} /> },
];

export function TimersPage() {
  const [search, set] = useFilters('/timers', timersSearch);
  const [acts, setActs] = useState(0);
  // The end of the span stays where it was when the filter was set.
  const dueBefore = useMemo(
    () =>
      search.within === undefined
        ? null
        : new Date(serverNow() + Number(search.within) * 1_000).toISOString(),
    [search.within],
  );
  return (
    <Page title="Timers">
      <Filters page="/timers" search={search}>
        <Select
          label="Due within"
          value={search.within}
          options={[
            ['0', 'overdue'],
            ['60', 'a minute'],
            ['900', '15 minutes'],
            ['3600', 'an hour'],
          ]}
          onChange={(value) => {
            set('within', value);
          }}
        />
      </Filters>
      <PagedTable
        key={acts}
        label="Timers"
        document={TimersDocument}
        variables={{ dueBefore }}
        listOf={({ timers }) => timers}
        columns={columns(() => {
          setActs(acts + 1);
        })}
        keyOf={({ id, kind, dueAt }) => `${id} ${kind} ${dueAt}`}
        empty="No deadline is like this."
      />
    </Page>
  );
}
