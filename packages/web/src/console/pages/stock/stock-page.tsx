// The stock of each product: units on hand, reserved units, received units, and corrections with a reason.
import { useState } from 'react';
import { useMutation, useQuery, useSubscription } from 'urql';
import {
  AdjustDocument,
  ReceiveDocument,
  ShelvesDocument,
  type ShelvesQuery,
} from '../../generated/graphql.js';
import { Pages, type PageProps } from '../../../shared/ui/pages.js';
import { Actions, Field } from '../../../shared/ui/ui.js';
import { stockSearch } from '../../search.js';
import { Typed } from '../../ui/filters.js';
import { useFilters } from '../../ui/link.js';
import {
  countText,
  Foot,
  moneyText,
  Mono,
  Nothing,
  Page,
  Panel,
  Table,
  Toolbar,
  WhenLoaded,
} from '../../ui/parts.js';
import { problemOf, ReasonDialog } from '../../ui/reason-dialog.js';
import { ShelfChangedDocument } from '../../generated/graphql.js';

type Product = ShelvesQuery['products']['nodes'][number];

export function StockPage() {
  const [{ q }, set] = useFilters('/stock', stockSearch);
  return (
    <Page title="Stock">
      <Toolbar>
        <Typed
          label="Name or SKU"
          value={q}
          onChange={(value) => {
            set('q', value);
          }}
        />
      </Toolbar>
      <Shelves key={q} search={q ?? null} />
    </Page>
  );
}

function Shelves({ search }: { readonly search: string | null }) {
  return (
    <Panel>
      <Pages>{(page) => <Part search={search} {...page} />}</Pages>
    </Panel>
  );
}

function Part({ search, after, onMore }: PageProps & { readonly search: string | null }) {
  const [result, again] = useQuery({ query: ShelvesDocument, variables: { search, after } });
  const skus = result.data?.products.nodes.map(({ sku }) => sku) ?? [];
  // Updates go into the cache, and the rows are shown from there.
  useSubscription({ query: ShelfChangedDocument, variables: { skus }, pause: skus.length === 0 });
  return (
    <WhenLoaded result={result} again={again}>
      {({ products: { nodes, totalCount, pageInfo } }) =>
        nodes.length === 0 ? (
          <Nothing title="No product is like this." />
        ) : (
          <>
            <Table
              label="Stock"
              rows={nodes}
              keyOf={({ sku }) => sku}
              total={totalCount}
              columns={[
                { name: 'SKU', cell: ({ sku }) => <Mono>{sku}</Mono> },
                { name: 'Name', cell: ({ name }) => name },
                { name: 'Price', number: true, cell: ({ price }) => moneyText(price) },
                { name: 'On hand', number: true, cell: ({ stock }) => countText(stock.onHand) },
                { name: 'Reserved', number: true, cell: ({ stock }) => countText(stock.reserved) },
                { name: 'Available', number: true, cell: ({ stock }) => countText(stock.available) },
                { name: 'Act', cell: (product) => <StockActions product={product} /> },
              ]}
            />
            {onMore !== null && pageInfo.hasNextPage && (
              <Foot
                shown={nodes.length}
                total={totalCount}
                onMore={() => {
                  onMore(pageInfo.endCursor ?? '');
                }}
              />
            )}
          </>
        )
      }
    </WhenLoaded>
  );
}

function StockActions({ product: { sku } }: { readonly product: Product }) {
  const [, receive] = useMutation(ReceiveDocument);
  const [, adjust] = useMutation(AdjustDocument);
  const [units, setUnits] = useState('');
  const count = Number(units);
  const isWrong = !Number.isInteger(count) || count === 0;
  const field = (
    <Field
      label="Units"
      inputMode="numeric"
      value={units}
      hint="Below zero takes units away; it needs a correction."
      onChange={({ target }) => {
        setUnits(target.value);
      }}
    />
  );
  return (
    <Actions>
      <ReasonDialog
        label="Receive"
        title={`Units of ${sku} that came in`}
        explain={field}
        reason="optional"
        act={async (reason, idempotencyKey) => {
          if (isWrong || count < 0) return 'Give the number of units.';
          const why = { ...(reason !== '' && { reason }) };
          const { data, error } = await receive({ input: { idempotencyKey, sku, quantity: count, ...why } });
          return problemOf('ProductSuccess', data?.receiveStock, error);
        }}
      />
      <ReasonDialog
        label="Correct"
        title={`Correct the units of ${sku}`}
        explain={field}
        act={async (reason, idempotencyKey) => {
          if (isWrong) return 'Give the number of units.';
          const { data, error } = await adjust({ input: { idempotencyKey, sku, delta: count, reason } });
          return problemOf('ProductSuccess', data?.adjustStock, error);
        }}
      />
    </Actions>
  );
}
