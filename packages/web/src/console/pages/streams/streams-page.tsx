// The streams of the log, by the beginning of their name.
import { StreamsDocument, type StreamsQuery } from '../../generated/graphql.js';
import { streamsSearch } from '../../search.js';
import { Filters, Select, Typed } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import { PagedTable } from '../../ui/paged-table.js';
import { Mono, Page, StreamLink, Time, type Column } from '../../ui/parts.js';

type Summary = StreamsQuery['streams']['nodes'][number];

const columns: readonly Column<Summary>[] = [
  { name: 'Stream', cell: ({ name }) => <StreamLink name={name} /> },
  { name: 'Category', cell: ({ category }) => category },
  { name: 'Last event', cell: ({ lastEventType }) => <Mono>{lastEventType}</Mono> },
  { name: 'Revision', number: true, cell: ({ lastRevision }) => lastRevision },
  { name: 'When', cell: ({ lastEventAt }) => <Time at={lastEventAt} /> },
];

export function StreamsPage() {
  const [search, set] = useFilters('/streams', streamsSearch);
  return (
    <Page title="Streams">
      <Filters page="/streams" search={search}>
        <Typed
          label="Name begins with"
          placeholder="order-"
          value={search.prefix}
          onChange={(value) => {
            set('prefix', value);
          }}
        />
        <Select
          label="Sort"
          none={null}
          value={search.sort ?? 'name'}
          options={[
            ['name', 'by name'],
            ['latest', 'latest first'],
          ]}
          onChange={(value) => {
            set('sort', value);
          }}
        />
      </Filters>
      <PagedTable
        label="Streams"
        document={StreamsDocument}
        variables={{ prefix: search.prefix ?? null, sort: search.sort ?? null }}
        listOf={({ streams }) => streams}
        columns={columns}
        keyOf={({ name }) => name}
        empty="No stream begins like this."
      />
    </Page>
  );
}
