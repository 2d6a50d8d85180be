// The API as the signed-in person may use it: GraphiQL, bundled. Headers can't be written: the session is the person's.
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { useMemo, useRef } from 'react';
import { useApi } from '../../../shared/api/provider.js';
import { useStore } from '../../../shared/store.js';
import { theme } from '../../../shared/theme.js';
import { Page } from '../../ui/parts.js';
import styles from './api-page.module.css';
import { fetcherOf } from './fetcher.js';
import { useNamedEditors } from './named-editors.js';

const firstQuery = `# Runs as you, with your roles.
# Ctrl-Space completes,
# Ctrl-Enter runs.
query LatestOrders {
  orders(first: 5) {
    totalCount
    nodes { id status total { amount currency } }
  }
}
`;

export function ApiPage() {
  const api = useApi();
  const fetcher = useMemo(() => fetcherOf(api), [api]);
  const chosen = useStore(theme);
  const place = useRef<HTMLDivElement>(null);
  useNamedEditors(place);
  return (
    <Page title="API">
      <div ref={place} className={styles.editor}>
        <GraphiQL
          fetcher={
            (async (written, options) => fetcher(written, options?.documentAST)) as Parameters<
              typeof GraphiQL
            >[0]['fetcher']
          }
          defaultQuery={firstQuery}
          forcedTheme={chosen}
          isHeadersEditorEnabled={false}
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>
            <></>
          </GraphiQL.Logo>
        </GraphiQL>
      </div>
    </Page>
  );
}
