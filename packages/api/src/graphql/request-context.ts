// The context of an operation, which every resolver gets.
import type { Document } from '@holdfast/kernel';
import type { ReadModels } from '@holdfast/runtime';
import DataLoader from 'dataloader';
import type { Viewer } from '../people/people.js';
import type { Operation } from '../telemetry/graphql-operation.js';

export type RequestContext = {
  /** null: nobody has signed in */
  readonly viewer: Viewer | null;
  /** Stands in the errors of the response and in the logs. */
  readonly correlationId: string;
  readonly operation: Operation;
  /** the caller's network address, as the socket has it */
  readonly address: string;
  /** Loads a document by its id; loads of the same turn are one read. */
  readonly load: LoadDocument;
  /** Over WebSocket: the viewer with the roles of now, null when the access has ended. */
  readonly viewerNow?: () => Promise<Viewer | null>;
};

/** The context of a signed-in viewer, which resolvers behind the access table get. */
export type SignedIn = RequestContext & { readonly viewer: Viewer };

export type LoadDocument = <D extends Document>(collection: string, id: string) => Promise<D | null>;

/** Batches, and keeps nothing: a subscription has one context for as long as it lasts. */
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
