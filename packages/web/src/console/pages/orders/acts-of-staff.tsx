// The actions of staff on an order, from its events: each with its author and the reason.
import type { EventFragment } from '../../generated/graphql.js';
import { authorOf, reasonOf } from '../../ui/author.js';
import { Actor, Mono, Panel, Table, Time } from '../../ui/parts.js';

export function ActsOfStaff({ events }: { readonly events: readonly EventFragment[] }) {
  const acts = events.filter((event) => authorOf(event) !== null);
  if (acts.length === 0) return null;
  return (
    <Panel title="What staff did">
      <Table
        label="What staff did"
        rows={acts}
        keyOf={({ id }) => id}
        columns={[
          { name: 'When', cell: ({ createdAt }) => <Time at={createdAt} /> },
          { name: 'Event', cell: ({ type }) => <Mono>{type}</Mono> },
          { name: 'By', cell: (event) => <Actor of={authorOf(event) ?? ''} /> },
          { name: 'Why', cell: reasonOf },
        ]}
      />
    </Panel>
  );
}
