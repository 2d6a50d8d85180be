// The state of the read models for operators, and their rebuilds.
import type { ProjectionStatus, RebuildDiff, RebuildSample } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { staffActor } from '../../commands/command-context.js';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { optionalReasonArgument, reasonArgument } from '../../graphql/reasons.js';
import type { SignedIn } from '../../graphql/request-context.js';
import type {
  MutationAbandonRebuildArgs,
  MutationRebuildProjectionArgs,
  MutationSwitchProjectionArgs,
  QueryRebuildDiffArgs,
} from '../../graphql/schema.types.js';
import { withoutSecrets } from '../log/log.js';

@Resolver()
export class ProjectionsResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @Query('projections')
  projections() {
    return this.dependencies.projections.status();
  }

  @Query('rebuildDiff')
  rebuildDiff(@Args() { name }: QueryRebuildDiffArgs) {
    return this.dependencies.projections.diff(name);
  }

  @Mutation('rebuildProjection')
  rebuildProjection(
    @Args() { name, hold, reason }: MutationRebuildProjectionArgs,
    @Context() { viewer }: SignedIn,
  ) {
    const why = optionalReasonArgument(reason);
    return this.dependencies.projections.rebuild(name, staffActor(viewer), hold ?? false, why);
  }

  @Mutation('switchProjection')
  switchProjection(@Args() { name, reason }: MutationSwitchProjectionArgs, @Context() { viewer }: SignedIn) {
    return this.dependencies.projections.switchOver(name, staffActor(viewer), reasonArgument(reason));
  }

  @Mutation('abandonRebuild')
  abandonRebuild(@Args() { name, reason }: MutationAbandonRebuildArgs, @Context() { viewer }: SignedIn) {
    return this.dependencies.projections.abandon(name, staffActor(viewer), reasonArgument(reason));
  }
}

@Resolver('ProjectionStatus')
export class ProjectionStatusResolver {
  /** Null before the first event. */
  @ResolveField('position')
  position(@Parent() { position }: ProjectionStatus) {
    return orNull(position);
  }

  @ResolveField('lagMs')
  lagMs(@Parent() { lagMs }: ProjectionStatus) {
    return intOf(lagMs);
  }
}

@Resolver('RebuildDiff')
export class RebuildDiffResolver {
  @ResolveField('position')
  position(@Parent() { position }: RebuildDiff) {
    return orNull(position);
  }

  @ResolveField('rebuiltPosition')
  rebuiltPosition(@Parent() { rebuiltPosition }: RebuildDiff) {
    return orNull(rebuiltPosition);
  }
}

/** Documents for operators, without the secrets that the log hides from them. */
@Resolver('RebuildSample')
export class RebuildSampleResolver {
  @ResolveField('served')
  served(@Parent() { served }: RebuildSample) {
    return served && withoutSecrets(served);
  }

  @ResolveField('rebuilt')
  rebuilt(@Parent() { rebuilt }: RebuildSample) {
    return rebuilt && withoutSecrets(rebuilt);
  }
}

export const orNull = (position: number): number | null => (position < 0 ? null : position);

/** the largest Int of GraphQL */
const greatestInt = 2 ** 31 - 1;

/** As an Int of GraphQL: a lag over 24.8 days is shown as 24.8 days. */
export const intOf = (lagMs: number): number => Math.min(lagMs, greatestInt);
