// Queries for Nest's QueryBus, and their handlers, which only read.
import type { Document, Position } from '@holdfast/kernel';
import type { ReconciliationReport } from '../operations/reconciliation/reconciliation.js';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import {
  documentConnection,
  type Connection,
  type DocumentFind,
  type Paging,
  type Pause,
} from '../graphql/connections.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { waitFor } from './documents.js';
import { badInput } from '../graphql/errors.js';
import { reconcile } from '../operations/reconciliation/reconciliation.js';

/** One document of a read model, reflecting at least a position when that is asked for. */
export class GetDocument<D extends Document> extends Query<D | null> {
  constructor(
    readonly collection: string,
    readonly id: string,
    readonly atLeast?: Position | null,
  ) {
    super();
  }
}

/** A page of a read model; with `wanted`, of the documents that pass it. */
export class FindDocuments<D extends Document> extends Query<Connection<D>> {
  constructor(
    readonly collection: string,
    readonly find: DocumentFind,
    readonly paging: Paging,
    readonly wanted?: (document: D) => boolean,
    readonly pause?: Pause,
  ) {
    super();
  }
}

/** Whether log and read models agree. */
export class Reconcile extends Query<ReconciliationReport> {
  constructor(readonly pause?: Pause) {
    super();
  }
}

@QueryHandler(GetDocument)
class GetDocumentHandler implements IQueryHandler<GetDocument<Document>> {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  async execute({ collection, id, atLeast }: GetDocument<Document>): Promise<Document | null> {
    const { projections, store } = this.dependencies;
    // No wait beyond the end of the log: it would hurry the read models without a result.
    if (typeof atLeast === 'number' && atLeast > projections.position(collection))
      if (atLeast > (await store.end()).written) throw badInput('atLeast: the log has not come that far');
    await waitFor(projections, collection, atLeast);
    return projections.get(collection, id);
  }
}

@QueryHandler(FindDocuments)
class FindDocumentsHandler implements IQueryHandler<FindDocuments<Document>> {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  execute({
    collection,
    find,
    paging,
    wanted,
    pause,
  }: FindDocuments<Document>): Promise<Connection<Document>> {
    return documentConnection(this.dependencies.projections, collection, find, paging, wanted, pause);
  }
}

@QueryHandler(Reconcile)
class ReconcileHandler implements IQueryHandler<Reconcile> {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  execute({ pause }: Reconcile): Promise<ReconciliationReport> {
    return reconcile(this.dependencies, pause);
  }
}

export const queryHandlers = [GetDocumentHandler, FindDocumentsHandler, ReconcileHandler];
