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
    const { position, lagMs, problem, publishes } = state;
    const consumer = reactorConsumer('bridge');
    return {
      ...state,
      consumer,
      position: orNull(position),
      lagMs: intOf(lagMs),
      parked: await projections.count(collections.parked, parkedOf(consumer)),
      delivery: publishes && enumOf(publishes.delivery),
      format: publishes && enumOf(publishes.format),
      fault: problem && enumOf(problem.fault),
      lastError: problem?.message ?? null,
    };
  }
}

/** `at-least-once` is `AT_LEAST_ONCE` in the schema. */
const enumOf = (name: string): string => name.toUpperCase().replaceAll('-', '_');
