// The audit log: the actions of staff, with their subjects and reasons.
import type { AuditEntry } from '@holdfast/projections';
import { Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Args, Query, Resolver } from '@nestjs/graphql';
import type { QueryAuditLogArgs } from '../../graphql/schema.types.js';
import { FindDocuments } from '../../queries/queries.js';
import { auditEntriesOf, collections } from '../../queries/read-models.js';

@Resolver()
export class AuditResolver {
  constructor(@Inject(QueryBus) private readonly queryBus: QueryBus) {}

  @Query('auditLog')
  auditLog(@Args() { actor, subject, ...paging }: QueryAuditLogArgs) {
    const find = auditEntriesOf(actor ?? null, subject ?? null);
    return this.queryBus.execute(new FindDocuments<AuditEntry>(collections.audit, find, paging));
  }
}
