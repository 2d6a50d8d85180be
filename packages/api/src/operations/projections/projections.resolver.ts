// The state of the read models for operators, and their rebuilds.
import type { ProjectionStatus } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { staffActor } from '../../commands/command-context.js';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import type { SignedIn } from '../../graphql/request-context.js';
import type { MutationRebuildProjectionArgs } from '../../graphql/schema.types.js';

@Resolver()
export class ProjectionsResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @Query('projections')
  projections() {
    return this.dependencies.projections.status();
  }

  @Mutation('rebuildProjection')
  rebuildProjection(@Args() { name }: MutationRebuildProjectionArgs, @Context() { viewer }: SignedIn) {
    return this.dependencies.projections.rebuild(name, staffActor(viewer));
  }
}

@Resolver('ProjectionStatus')
export class ProjectionStatusResolver {
  /** Null before the first event. */
  @ResolveField('position')
  position(@Parent() { position }: ProjectionStatus) {
    return position < 0 ? null : position;
  }

  /** A lag over 24.8 days is shown as 24.8 days. */
  @ResolveField('lagMs')
  lagMs(@Parent() { lagMs }: ProjectionStatus) {
    return Math.min(lagMs, greatestInt);
  }
}

/** of GraphQL */
const greatestInt = 2 ** 31 - 1;
