// Relay connections: the sizes of pages are checked, and pages are made, in one place.
import type { Awaitable, Document } from '@holdfast/kernel';
import type { Find, Page } from '@holdfast/read-store';
import type { ReadModels } from '@holdfast/runtime';
import { badInput } from './errors.js';

export type Paging = { readonly first: number; readonly after?: string | null | undefined };
export type Item<T> = { readonly node: T; readonly cursor: string };

export type Connection<T> = {
  readonly edges: readonly Item<T>[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  /** Called only when a query selects the field. */
  readonly totalCount: () => Awaitable<number>;
};

export const largestPage = 100;

/** @throws GraphQLError when `size` is not between 0 and `largestPage` */
export function checkedPageSize(size: number, argument = 'first'): number {
  if (size < 0 || size > largestPage) throw badInput(`${argument} is between 0 and ${largestPage}`);
  return size;
}

export const connection = <T>(
  items: readonly Item<T>[],
  more: { readonly next: boolean; readonly previous: boolean },
  totalCount: () => Awaitable<number>,
): Connection<T> => ({
  edges: items,
  nodes: items.map(({ node }) => node),
  pageInfo: {
    hasNextPage: more.next,
    hasPreviousPage: more.previous,
    startCursor: items[0]?.cursor ?? null,
    endCursor: items.at(-1)?.cursor ?? null,
  },
  totalCount,
});

/** A page of a list in memory; `after` is the number of items before the page. */
export function listConnection<T>(all: readonly T[], { first, after }: Paging): Connection<T> {
  const from = after === undefined || after === null ? 0 : Number(after);
  if (!Number.isSafeInteger(from) || from < 0) throw badInput('not a cursor of this list');
  const items = all
    .slice(from, from + checkedPageSize(first))
    .map((node, n) => ({ node, cursor: String(from + n + 1) }));
  return connection(items, { next: from + items.length < all.length, previous: from > 0 }, () => all.length);
}

export type DocumentFind = Omit<Find, 'limit' | 'after'>;

/** A page of documents. With `wanted` it has only documents that `wanted` accepts, however many must be read for that. */
export async function documentConnection<D extends Document>(
  reads: ReadModels,
  collection: string,
  find: DocumentFind,
  { first, after }: Paging,
  wanted?: (document: D) => boolean,
  pause: Pause = nextTurn,
): Promise<Connection<D>> {
  const limit = checkedPageSize(first);
  const start = after ?? undefined;
  const previous = start !== undefined;
  if (wanted === undefined) {
    const page = await reads.find<D>(collection, {
      ...find,
      limit: Math.max(limit, 1),
      ...(start !== undefined && { after: start }),
    });
    const items = page.items.slice(0, limit).map(({ document, cursor }) => ({ node: document, cursor }));
    const next = page.hasMore || page.items.length > limit;
    return connection(items, { next, previous }, () => reads.count(collection, find));
  }
  const items: Item<D>[] = [];
  for await (const { document, cursor } of documents<D>(reads, collection, find, start, pause)) {
    if (!wanted(document)) continue;
    if (items.length === limit) return connection(items, { next: true, previous }, count);
    items.push({ node: document, cursor });
  }
  return connection(items, { next: false, previous }, count);

  async function count(): Promise<number> {
    let total = 0;
    for await (const { document } of documents<D>(reads, collection, find, undefined, pause))
      if (wanted?.(document)) total += 1;
    return total;
  }
}

const scanPage = 500;

/** Lets other work run between the pages of a long read. @throws when the operation has ended */
export type Pause = (this: void) => Promise<void>;
// eslint-disable-next-line no-restricted-globals -- only lets other work run: nothing depends on when this one continues
export const nextTurn: Pause = () => new Promise((resolve) => setImmediate(resolve));

/** All documents of a find, page by page; other work runs between the pages. */
export async function* documents<D extends Document>(
  reads: ReadModels,
  collection: string,
  find: DocumentFind,
  start?: string,
  pause: Pause = nextTurn,
): AsyncGenerator<{ readonly document: D; readonly cursor: string }> {
  let after = start;
  for (;;) {
    const page: Page<D> = await reads.find<D>(collection, {
      ...find,
      limit: scanPage,
      ...(after !== undefined && { after }),
    });
    yield* page.items;
    after = page.items.at(-1)?.cursor;
    if (!page.hasMore || after === undefined) return;
    await pause();
  }
}
