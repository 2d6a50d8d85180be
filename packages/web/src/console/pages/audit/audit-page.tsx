// The actions of staff, with their subject and reason.
import { AuditDocument, type AuditQuery } from '../../generated/graphql.js';
import { auditSearch } from '../../search.js';
import { Filters, Typed } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import { PagedTable } from '../../ui/paged-table.js';
import { Mono, Page, StreamLink, Time, type Column } from '../../ui/parts.js';

type Entry = AuditQuery['auditLog']['nodes'][number];

const columns: readonly Column<Entry>[] = [
  { name: 'When', cell: ({ at }) => <Time at={at} /> },
  { name: 'Who', cell: ({ actor }) => <Mono>{actor}</Mono> },
  { name: 'Action', cell: ({ action }) => <Mono>{action}</Mono> },
  { name: 'Subject', cell: ({ subject }) => subject !== null && <StreamLink name={subject} /> },
  { name: 'Reason', cell: ({ reason }) => reason },
];

export function AuditPage() {
  const [search, set] = useFilters('/audit', auditSearch);
  return (
    <Page title="Audit">
      <Filters page="/audit" search={search}>
        <Typed
          label="Who"
          placeholder="staff:…"
          value={search.actor}
          onChange={(value) => {
            set('actor', value);
          }}
        />
        <Typed
          label="Subject"
          placeholder="order-…"
          value={search.subject}
          onChange={(value) => {
            set('subject', value);
          }}
        />
      </Filters>
      <PagedTable
        label="Audit log"
        document={AuditDocument}
        variables={{ actor: search.actor ?? null, subject: search.subject ?? null }}
        listOf={({ auditLog }) => auditLog}
        columns={columns}
        keyOf={({ id }) => id}
        empty="Nothing of this kind was done."
      />
    </Page>
  );
}
