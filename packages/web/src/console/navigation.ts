// The pages of the console, and who may see each: the roles of the API's access table.
import { hasApiPage } from './offers.js';
import type { Role } from '../shared/generated/graphql.js';

export type Destination = {
  readonly to: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** After `g`, as in many tools: `g o` for orders. */
  readonly hotkey: string;
};

const readers: readonly Role[] = ['SUPPORT', 'OPERATOR'];
const operators: readonly Role[] = ['OPERATOR'];

export const destinations: readonly Destination[] = [
  { to: '/', name: 'Overview', roles: readers, hotkey: 'h' },
  { to: '/orders', name: 'Orders', roles: ['SUPPORT', 'WAREHOUSE', 'OPERATOR'], hotkey: 'o' },
  { to: '/customers', name: 'As a customer', roles: readers, hotkey: 'u' },
  { to: '/warehouse', name: 'Warehouse', roles: ['WAREHOUSE', 'OPERATOR'], hotkey: 'w' },
  { to: '/sagas', name: 'Sagas', roles: readers, hotkey: 's' },
  { to: '/compare', name: 'Side by side', roles: readers, hotkey: 'c' },
  { to: '/streams', name: 'Streams', roles: operators, hotkey: 'e' },
  { to: '/search', name: 'Search', roles: operators, hotkey: 'f' },
  { to: '/tail', name: 'Live tail', roles: operators, hotkey: 'l' },
  { to: '/parked', name: 'Parked events', roles: operators, hotkey: 'p' },
  { to: '/projections', name: 'Projections', roles: operators, hotkey: 'j' },
  { to: '/reconciliation', name: 'Reconciliation', roles: operators, hotkey: 'r' },
  { to: '/timers', name: 'Timers', roles: readers, hotkey: 't' },
  { to: '/stock', name: 'Stock', roles: ['CATALOG', 'WAREHOUSE', 'OPERATOR'], hotkey: 'k' },
  { to: '/audit', name: 'Audit', roles: operators, hotkey: 'a' },
  ...(hasApiPage()
    ? [
        {
          to: '/api',
          name: 'API',
          roles: ['SUPPORT', 'WAREHOUSE', 'CATALOG', 'OPERATOR'],
          hotkey: 'q',
        } as const,
      ]
    : []),
];

export const hasRole = (mine: readonly Role[], roles: readonly Role[]): boolean =>
  mine.includes('ADMIN') || mine.some((role) => roles.includes(role));

export const visibleTo = (mine: readonly Role[]): readonly Destination[] =>
  destinations.filter(({ roles }) => hasRole(mine, roles));
