// A search over every event of the log, newest first: by words, type, stream and time, all of it in the URL.
import { useQuery } from 'urql';
import { Pages, type PageProps } from '../../../shared/ui/pages.js';
import { Button } from '../../../shared/ui/ui.js';
import { SearchEventsDocument, type SearchEventsQueryVariables } from '../../generated/graphql.js';
import { eventsSearch } from '../../search.js';
import { EventList } from '../../ui/event-list.js';
import { Filters, Typed } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import { Muted, Nothing, Page, Panel, styles, WhenLoaded } from '../../ui/parts.js';

type Wanted = Omit<SearchEventsQueryVariables, 'after'>;

export function SearchPage() {
  const [search, set] = useFilters('/search', eventsSearch);
  const typed = (label: string, name: keyof typeof search, placeholder: string) => (
    <Typed
      label={label}
      placeholder={placeholder}
      value={search[name]}
      onChange={(value) => {
        set(name, value);
      }}
    />
  );
  const wanted = wantedBy(search);
  return (
    <Page title="Search">
      <Filters page="/search" search={search}>
        {typed('Words', 'text', 'in data, ids, actor')}
        {typed('Types', 'types', 'OrderPaid, OrderFailed')}
        {typed('Stream', 'stream', 'order- or a whole name')}
        {typed('Since', 'since', '2026-01-31 or a time')}
        {typed('Until', 'until', '2026-01-31T12:00Z')}
      </Filters>
      {wanted === null ? (
        <Panel>
          <Nothing title="A time is written like 2026-01-31 or 2026-01-31T12:00Z." />
        </Panel>
      ) : (
        <Found key={JSON.stringify(wanted)} wanted={wanted} />
      )}
    </Page>
  );
}

type Search = ReturnType<typeof eventsSearch>;

/** Null when a time can't be read. */
export function wantedBy({ text, types, stream, since, until }: Search): Wanted | null {
  const times = [since, until].map((time) => (time === undefined ? null : new Date(time)));
  if (times.some((time) => time !== null && Number.isNaN(time.getTime()))) return null;
  const list = types?.split(/[\s,]+/).filter((type) => type !== '') ?? [];
  return {
    text: text ?? null,
    types: list.length === 0 ? null : list,
    stream: stream ?? null,
    since: times[0]?.toISOString() ?? null,
    until: times[1]?.toISOString() ?? null,
  };
}

function Found({ wanted }: { readonly wanted: Wanted }) {
  return (
    <Panel>
      <Pages>{(page) => <Part wanted={wanted} {...page} />}</Pages>
    </Panel>
  );
}

function Part({ wanted, after, onMore }: PageProps & { readonly wanted: Wanted }) {
  const [result, again] = useQuery({ query: SearchEventsDocument, variables: { ...wanted, after } });
  return (
    <WhenLoaded result={result} again={again}>
      {({ searchEvents: { nodes, pageInfo } }) => {
        const { hasNextPage, endCursor } = pageInfo;
        const isLast = onMore !== null;
        return (
          <>
            {nodes.length > 0 && <EventList events={nodes} label="Found events" />}
            {nodes.length === 0 && isLast && !hasNextPage && after === null && (
              <Nothing title="No event is like this." />
            )}
            {isLast && hasNextPage && endCursor !== null && (
              <div className={styles.foot}>
                {nodes.length === 0 && <Muted>Nothing in this part of the log.</Muted>}
                <Button
                  kind="link"
                  onClick={() => {
                    onMore(endCursor);
                  }}
                >
                  Search further back
                </Button>
              </div>
            )}
          </>
        );
      }}
    </WhenLoaded>
  );
}
