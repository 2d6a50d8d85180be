// One stream: its events, oldest first, and the way to watch it.
import { useQuery } from 'urql';
import { StreamDocument } from '../../generated/graphql.js';
import { Pages, type PageProps } from '../../../shared/ui/pages.js';
import { buttonClass } from '../../../shared/ui/ui.js';
import { EventList } from '../../ui/event-list.js';
import { Link, useParam, useSearch } from '../../ui/link.js';
import { Foot, Nothing, Page, Panel, WhenLoaded } from '../../ui/parts.js';
import { text } from '../../../shared/search.js';

export function StreamPage() {
  const name = useParam('name');
  const { event } = useSearch((search) => ({ ...text(search, 'event') }));
  return (
    <Page
      title={name}
      actions={
        <Link to="/tail" search={{ stream: name }} className={buttonClass()}>
          Watch it
        </Link>
      }
    >
      <Panel>
        <Pages>{(page) => <Part name={name} opened={event} {...page} />}</Pages>
      </Panel>
    </Page>
  );
}

type PartProps = PageProps & { readonly name: string; readonly opened: string | undefined };

function Part({ name, after, opened, onMore }: PartProps) {
  const [result, again] = useQuery({ query: StreamDocument, variables: { name, after } });
  return (
    <WhenLoaded result={result} again={again}>
      {({ stream: { nodes, totalCount, pageInfo } }) =>
        nodes.length === 0 ? (
          <Nothing title="There is no such stream." />
        ) : (
          <>
            <EventList events={nodes} label={name} opened={opened} />
            {onMore !== null && (
              <Foot
                shown={Number(nodes.at(-1)?.revision ?? 0) + 1}
                total={totalCount}
                onMore={
                  pageInfo.hasNextPage && pageInfo.endCursor !== null
                    ? () => {
                        onMore(pageInfo.endCursor ?? '');
                      }
                    : null
                }
              />
            )}
          </>
        )
      }
    </WhenLoaded>
  );
}
