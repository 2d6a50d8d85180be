// The lag of a projection in GraphQL.
import { expect, test } from '@jest/globals';
import type { ProjectionStatus } from '@holdfast/runtime';
import { ProjectionStatusResolver } from './projections.resolver.js';

const behind = (days: number): number =>
  new ProjectionStatusResolver().lagMs({ lagMs: days * 86_400_000 } as ProjectionStatus);

test('when a projection is a month behind › its lag is the largest Int of GraphQL', () => {
  expect(behind(24)).toBe(2_073_600_000);
  expect(behind(30)).toBe(2_147_483_647);
});
