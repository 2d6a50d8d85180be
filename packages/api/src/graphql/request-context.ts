// The context of an operation, which is passed to every resolver.
import type { Document } from '@holdfast/kernel';
import type { ReadModels } from '@holdfast/runtime';
import DataLoader from 'dataloader';
import type { Viewer } from '../people/viewer.js';
import type { RefreshCookie } from '../people/refresh-cookie.js';
import type { Operation } from '../telemetry/graphql-operation.js';

export type RequestContext = {
  /** the signed-in caller; null when the caller is not signed in */
  readonly viewer: Viewer | null;
  /** Part of the errors of the response and of the log lines. */
  readonly correlationId: string;
  readonly operation: Operation;
  /** the caller's network address */
  readonly address: string;
  /** Loads a document by its id; loads of the same turn are one read. */
  readonly load: LoadDocument;
  /** null, or not there: the request does not ask for it */
  readonly refreshCookie?: RefreshCookie | null;
  /** Over WebSocket: returns the viewer with the present roles; null when the access has ended. */
  readonly viewerNow?: () => Promise<Viewer | null>;
};

/** The context of a signed-in viewer, for resolvers of fields that the access table protects. */
export type SignedIn = RequestContext & { readonly viewer: Viewer };

export type LoadDocument = <D extends Document>(collection: string, id: string) => Promise<D | null>;

/** Batches loads without caching results: the one context of a subscription exists as long as the subscription. */
export function batchedLoad(reads: ReadModels): LoadDocument {
  const loaders = new Map<string, DataLoader<string, Document | null>>();
  return async <D extends Document>(collection: string, id: string) => {
    let loader = loaders.get(collection);
    if (loader === undefined) {
      loader = new DataLoader(async (ids) => reads.getMany(collection, ids), { cache: false });
      loaders.set(collection, loader);
    }
    return (await loader.load(id)) as D | null;
  };
}
