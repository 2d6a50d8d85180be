// One stream: its events, oldest first, and the way to watch it.
import { useState } from 'react';
import { useQuery } from 'urql';
import { StreamDocument } from '../../generated/graphql.js';
import { buttonClass } from '../../../shared/ui/ui.js';
import { EventList } from '../../ui/event-list.js';
import { Link, useParam, useSearch } from '../../ui/link.js';
import { Foot, Nothing, Page, Panel, WhenLoaded } from '../../ui/parts.js';
import { text } from '../../../shared/search.js';

export function StreamPage() {
  const name = useParam('name');
  const { event } = useSearch((search) => ({ ...text(search, 'event') }));
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
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
        {cursors.map((after, n) => (
          <Part
            key={after ?? ''}
            name={name}
            after={after}
            opened={event}
            onMore={
              n === cursors.length - 1
                ? (cursor) => {
                    setCursors([...cursors, cursor]);
                  }
                : null
            }
          />
        ))}
      </Panel>
    </Page>
  );
}

type PartProps = {
  readonly name: string;
  readonly after: string | null;
  readonly opened: string | undefined;
  readonly onMore: ((cursor: string) => void) | null;
};

function Part({ name, after, opened, onMore }: PartProps) {
  const [result, again] = useQuery({ query: StreamDocument, variables: { name, after } });
  return (
    <WhenLoaded
      result={result}
      again={() => {
        again({ requestPolicy: 'network-only' });
      }}
    >
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
