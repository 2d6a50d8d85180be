// Bulk retries of parked events: a preview that freezes the set, a run with progress, and a dry run of one event.
import { reasonOf } from '@holdfast/kernel';
import type { Parked } from '@holdfast/projections';
import { Inject, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { staffActor } from '../../commands/command-context.js';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { badInput } from '../../graphql/errors.js';
import { optionalReasonArgument } from '../../graphql/reasons.js';
import type { RequestContext, SignedIn } from '../../graphql/request-context.js';
import type {
  MutationRetryParkedArgs,
  QueryBulkRunArgs,
  QueryParkedDryRunArgs,
  QueryParkedPreviewArgs,
} from '../../graphql/schema.types.js';
import { collections } from '../../queries/read-models.js';
import type { BulkRun } from './bulk-runs.js';
import { BulkRunner } from './bulk-runner.js';
import { dryRun } from './dry-run.js';
import { frozenSet, largestSet, previewOf } from './parked-sets.js';

const fastest = 1_000;

@Resolver()
export class BulkResolver implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #runner: BulkRunner;

  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {
    this.#runner = new BulkRunner(dependencies);
  }

  /** Resumes runs in the background: the program starts even while the store is away. */
  onApplicationBootstrap(): void {
    this.#runner.resume().catch((error: unknown) => {
      this.dependencies.logger.error({ err: error }, 'bulk retries could not go on');
    });
  }

  onModuleDestroy(): Promise<void> {
    return this.#runner.stop();
  }

  @Query('parkedPreview')
  parkedPreview(@Args() { selection }: QueryParkedPreviewArgs, @Context() { operation }: RequestContext) {
    return previewOf(this.dependencies.projections, selection, operation.pause);
  }

  @Query('parkedDryRun')
  async parkedDryRun(@Args() { id }: QueryParkedDryRunArgs) {
    const parked = await this.dependencies.projections.get<Parked>(collections.parked, id);
    return parked === null ? null : dryRun(this.dependencies, parked);
  }

  @Query('bulkRun')
  async bulkRun(@Args() { id }: QueryBulkRunArgs) {
    const run = await this.#runner.run(id);
    return run === null ? null : shown(run);
  }

  @Mutation('retryParked')
  async retryParked(
    @Args() { token, expectedCount, canary, perSecond = null, reason }: MutationRetryParkedArgs,
    @Context() { viewer, operation }: SignedIn,
  ) {
    if (canary < 1 || canary > largestSet) throw badInput(`canary: 1 to ${largestSet}`);
    if (perSecond !== null && (perSecond < 1 || perSecond > fastest))
      throw badInput(`perSecond: 1 to ${fastest}`);
    const why = reasonOf({ reason: optionalReasonArgument(reason) });
    const ids = await frozenSet(this.dependencies.projections, token, expectedCount, operation.pause);
    if (ids.length === 0) throw badInput('token: the preview has no events, so there is nothing to retry');
    return shown(await this.#runner.start({ ids, canary, perSecond, actor: staffActor(viewer), ...why }));
  }
}

const shown = ({ ids, ...run }: BulkRun) => ({ reason: null, ...run, total: ids.length });
