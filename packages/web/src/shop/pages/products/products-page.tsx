// The products, with search, price, and stock that follows the warehouse.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useQuery, useSubscription } from 'urql';
import { basket, quantityOf, withQuantity } from '../../basket/basket.js';
import { ProductsDocument, StockChangedDocument, type ProductCardFragment } from '../../generated/graphql.js';
import { useStore } from '../../../shared/store.js';
import { Pages, type PageProps } from '../../../shared/ui/pages.js';
import { Button, Empty, Field, Heading, Hidden } from '../../../shared/ui/ui.js';
import { Unloaded } from '../../unloaded.js';
import { useSpeech } from '../../words/words.js';
import { ProductPicture } from './product-picture.js';
import styles from './products-page.module.css';

/** Waits until a person stops typing. */
const typingMs = 250;

export function ProductsPage() {
  const { words } = useSpeech();
  const { q = '' } = useSearch({ from: '/' });
  const [announced, announce] = useState('');
  return (
    <>
      <div className={styles.hero}>
        <div>
          <Heading title={words.title(words.products.title)}>{words.products.title}</Heading>
          <p>{words.tagline}</p>
        </div>
        <Search q={q} />
      </div>
      <Shelf key={q} q={q} announce={announce} />
      <Hidden>
        <span role="status">{announced}</span>
      </Hidden>
    </>
  );
}

function Search({ q }: { readonly q: string }) {
  const { words } = useSpeech();
  const navigate = useNavigate({ from: '/' });
  const [typed, setTyped] = useState(q);
  useEffect(() => {
    if (typed === q) return undefined;
    const timer = setTimeout(() => {
      void navigate({ search: typed.trim() === '' ? {} : { q: typed }, replace: true });
    }, typingMs);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, q, navigate]);
  return (
    <form
      role="search"
      className={styles.search}
      onSubmit={(event) => {
        event.preventDefault();
        void navigate({ search: typed.trim() === '' ? {} : { q: typed }, replace: true });
      }}
    >
      <Field
        label={words.products.search}
        type="search"
        placeholder={words.products.searchHint}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
      />
    </form>
  );
}

type ShelfProps = { readonly q: string; readonly announce: (text: string) => void };

function Shelf({ q, announce }: ShelfProps) {
  const { words } = useSpeech();
  const navigate = useNavigate({ from: '/' });
  const [{ data, error, fetching }, again] = useQuery({
    query: ProductsDocument,
    variables: { search: q === '' ? null : q, after: null },
  });
  if (data === undefined || (fetching && data.products.nodes.length === 0))
    return <Unloaded error={data === undefined ? error : undefined} again={again} />;
  const { nodes, totalCount } = data.products;
  if (nodes.length === 0)
    return (
      <Empty title={words.products.none}>
        <Button onClick={() => void navigate({ search: {}, replace: true })}>{words.products.clear}</Button>
      </Empty>
    );
  return (
    <>
      <p className={styles.found} role="status">
        {words.products.found(totalCount)}
      </p>
      <ul className={styles.grid}>
        <Pages>{(page) => <Page q={q} announce={announce} {...page} />}</Pages>
      </ul>
    </>
  );
}

function Page({ q, after, announce, onMore }: ShelfProps & PageProps) {
  const { words } = useSpeech();
  const [{ data }] = useQuery({
    query: ProductsDocument,
    variables: { search: q === '' ? null : q, after },
  });
  const { nodes = [], pageInfo } = data?.products ?? {};
  const skus = nodes.map(({ sku }) => sku);
  // Its updates go into the cache, and every card is shown from there.
  useSubscription({ query: StockChangedDocument, variables: { skus }, pause: skus.length === 0 });
  return (
    <>
      {nodes.map((product) => (
        <Card key={product.id} product={product} announce={announce} />
      ))}
      {onMore !== null && pageInfo?.hasNextPage === true && (
        <li className={styles.more} style={{ gridColumn: '1 / -1' }}>
          <Button
            onClick={() => {
              onMore(pageInfo.endCursor ?? '');
            }}
          >
            {words.states.more}
          </Button>
        </li>
      )}
    </>
  );
}

type CardProps = { readonly product: ProductCardFragment; readonly announce: (text: string) => void };

function Card({ product: { sku, name, price, stock }, announce }: CardProps) {
  const { words, money } = useSpeech();
  const inBasket = quantityOf(useStore(basket), sku);
  const { available } = stock;
  return (
    <li className={styles.card}>
      <ProductPicture sku={sku} className={styles.picture} />
      <div className={styles.about}>
        <h2 className={styles.name}>{name}</h2>
        <p className={styles.facts}>
          <span className={styles.price}>{money(price)}</span>
          <span
            className={styles.stock}
            data-out={available <= 0 || undefined}
            data-low={(available > 0 && available < 6) || undefined}
          >
            {words.products.stock(Math.max(available, 0))}
          </span>
        </p>
      </div>
      <div className={styles.buy}>
        <Button
          kind={inBasket > 0 ? 'plain' : 'primary'}
          busy={available <= inBasket}
          onClick={() => {
            basket.set(withQuantity(basket.get(), { sku, name, quantity: inBasket + 1 }));
            announce(words.products.added(name));
          }}
        >
          {inBasket > 0 ? words.products.inBasket(inBasket) : words.products.add}
          <Hidden>: {name}</Hidden>
        </Button>
      </div>
    </li>
  );
}
