// The causes and effects of an event, as a tree in which the event itself is marked.
import { useQuery } from 'urql';
import { CausationDocument } from '../../generated/graphql.js';
import { causesSearch } from '../../search.js';
import { useParam, useSearch } from '../../ui/link.js';
import { countText, Muted, Nothing, Page, Panel, shortId, WhenLoaded } from '../../ui/parts.js';
import { CauseTree } from './cause-tree.js';
import { forestOf, rowsOf } from './forest.js';

/** The API returns so many events of a tree. */
const mostEvents = 2_000;

export function CausesPage() {
  const eventId = useParam('id');
  const { position } = useSearch(causesSearch);
  const [result, again] = useQuery({
    query: CausationDocument,
    variables: { eventId, position: position ?? null },
  });
  return (
    <Page title={`Causes and effects of ${shortId(eventId)}`}>
      <Panel padded>
        <WhenLoaded result={result} again={again}>
          {({ causation }) =>
            causation.length === 0 ? (
              <Nothing title="There is no such event." />
            ) : (
              <>
                <CauseTree key={eventId} rows={rowsOf(forestOf(causation))} marked={eventId} />
                {causation.length === mostEvents && (
                  <Muted>These are the first {countText(mostEvents)} events of the tree.</Muted>
                )}
              </>
            )
          }
        </WhenLoaded>
      </Panel>
    </Page>
  );
}
