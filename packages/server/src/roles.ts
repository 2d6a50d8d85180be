// The work that a process of the product does: all of it, or the roles that it is given.
import { BadSettings } from './bad-settings.js';

/** Work of an operating-system process: serve GraphQL, run checkouts, keep read models up to date, publish to Kafka. */
export const allRoles = ['api', 'process', 'projections', 'bridge'] as const;
export type Role = (typeof allRoles)[number];

/** The roles that a shop can't do without. */
export const shopRoles: readonly Role[] = allRoles.filter((role) => role !== 'bridge');

/** `api,process`: one or more, in any order. @throws BadSettings */
export function readRoles(list: string): readonly Role[] {
  const named = list.split(',').map((name) => name.trim());
  const unknown = named.find((name) => !allRoles.some((role) => role === name));
  if (unknown !== undefined)
    throw new BadSettings(`--roles: ${JSON.stringify(unknown)} is none of ${allRoles.join(', ')}`);
  return allRoles.filter((role) => named.includes(role));
}
