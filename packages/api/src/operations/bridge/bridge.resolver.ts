// The bridge to Kafka, for operators.
import { reactorConsumer } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { collections, parkedOf } from '../../queries/read-models.js';
import { intOf, orNull } from '../projections/projections.resolver.js';

@Resolver()
export class BridgeResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @Query('bridge')
  async bridge() {
    const { bridge, projections } = this.dependencies;
    const state = (await bridge?.()) ?? null;
    if (state === null) return null;
    const { position, lagMs, problem } = state;
    const consumer = reactorConsumer('bridge');
    return {
      ...state,
      consumer,
      position: orNull(position),
      lagMs: intOf(lagMs),
      parked: await projections.count(collections.parked, parkedOf(consumer)),
      fault: problem === null ? null : problem.fault.toUpperCase(),
      lastError: problem?.message ?? null,
    };
  }
}
