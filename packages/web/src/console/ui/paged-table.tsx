// A list of the server, page after page. It does not move while it is read: the number of new rows is shown, and the
// rows on request.
import type { TypedDocumentNode } from '@urql/core';
import { useCallback, useEffect, useState } from 'react';
import { useClient } from 'urql';
import { Button } from '../../shared/ui/ui.js';
import { countText, Foot, Nothing, Panel, styles, Table, WhenLoaded, type Column } from './parts.js';

export type Connection<Row> = {
  readonly totalCount: number;
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
};

type Props<Data, Variables extends object, Row> = {
  readonly label: string;
  readonly document: TypedDocumentNode<Data, Variables>;
  readonly variables: Variables;
  readonly listOf: (data: Data) => Connection<Row>;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly empty: string;
};

/** How often the number of items is looked at. */
const lookMs = 5_000;

export function PagedTable<Data, Variables extends object, Row>(props: Props<Data, Variables, Row>) {
  const { variables } = props;
  // Another filter is another list.
  return <List key={JSON.stringify(variables)} {...props} />;
}

/** The pages that were asked for, and whether the list has changed since. */
function useList<Data, Variables extends object, Row>({
  document,
  variables,
  listOf,
  keyOf,
}: Props<Data, Variables, Row>) {
  const client = useClient();
  const [pages, setPages] = useState<readonly Connection<Row>[]>([]);
  const [error, setError] = useState<{ readonly message: string } | undefined>();
  const [change, setChange] = useState<Change>(none);

  // Queried without the cache: changes by other parts of the page must not move the rows.
  const ask = useCallback(
    async (after: string | null): Promise<Connection<Row> | null> => {
      const { data, error: failed } = await client
        .query(document, { ...variables, after }, { requestPolicy: 'network-only' })
        .toPromise();
      setError(failed);
      return data === undefined ? null : listOf(data);
    },
    // The list is another one for other variables (see the key above).
    [client, document],
  );
  const reload = useCallback(async (): Promise<void> => {
    const page = await ask(null);
    setChange(none);
    if (page !== null) setPages([page]);
  }, [ask]);

  useEffect(() => void reload(), [reload]);
  const [first] = pages;
  useEffect(() => {
    if (first === undefined) return undefined;
    const timer = setInterval(() => {
      if (globalThis.document.visibilityState !== 'visible') return;
      void ask(null).then((now) => {
        if (now !== null) setChange(changeOf(first, now, keyOf));
      });
    }, lookMs);
    return () => {
      clearInterval(timer);
    };
  }, [first, ask, keyOf]);

  const more = async (cursor: string | null): Promise<void> => {
    const page = await ask(cursor);
    if (page !== null) setPages([...pages, page]);
  };
  return { pages, error, change, reload, more };
}

function List<Data, Variables extends object, Row>(props: Props<Data, Variables, Row>) {
  const { label, columns, keyOf, empty } = props;
  const { pages, error, change, reload, more } = useList(props);
  const rows = pages.flatMap(({ nodes }) => nodes);
  const last = pages.at(-1)?.pageInfo;
  return (
    <Panel>
      <div role="status" className={styles.news}>
        {(change.more !== 0 || change.other) && (
          <Button kind="link" onClick={() => void reload()}>
            {change.more > 0 ? `${countText(change.more)} new – show` : 'The list has changed – show'}
          </Button>
        )}
      </div>
      <WhenLoaded result={{ data: pages[0], error }} again={() => void reload()}>
        {({ totalCount }) =>
          rows.length === 0 ? (
            <Nothing title={empty} />
          ) : (
            <>
              <Table label={label} columns={columns} rows={rows} keyOf={keyOf} total={totalCount} />
              <Foot
                shown={rows.length}
                total={totalCount}
                onMore={last?.hasNextPage === true ? () => void more(last.endCursor) : null}
              />
            </>
          )
        }
      </WhenLoaded>
    </Panel>
  );
}

type Change = { readonly more: number; readonly other: boolean };

const none: Change = { more: 0, other: false };

function changeOf<Row>(before: Connection<Row>, now: Connection<Row>, keyOf: (row: Row) => string): Change {
  const keys = (nodes: readonly Row[]): string => nodes.map(keyOf).join(' ');
  return { more: now.totalCount - before.totalCount, other: keys(now.nodes) !== keys(before.nodes) };
}
