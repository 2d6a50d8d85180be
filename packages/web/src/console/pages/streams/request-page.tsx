// Every event that follows from one request, over all streams, in the order of the log.
import { useQuery } from 'urql';
import { EventsOfRequestDocument } from '../../generated/graphql.js';
import { text } from '../../../shared/search.js';
import { EventList } from '../../ui/event-list.js';
import { useParam, useSearch } from '../../ui/link.js';
import { Nothing, Page, Panel, shortId, WhenLoaded } from '../../ui/parts.js';

export function RequestPage() {
  const id = useParam('id');
  const { event } = useSearch((search) => ({ ...text(search, 'event') }));
  const [result, again] = useQuery({ query: EventsOfRequestDocument, variables: { correlationId: id } });
  return (
    <Page title={`Request ${shortId(id)}`}>
      <Panel>
        <WhenLoaded result={result} again={again}>
          {({ events }) =>
            events.nodes.length === 0 ? (
              <Nothing title="No event follows from this request." />
            ) : (
              <EventList events={events.nodes} label="Events" opened={event} />
            )
          }
        </WhenLoaded>
      </Panel>
    </Page>
  );
}
