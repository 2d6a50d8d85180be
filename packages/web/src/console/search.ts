// The search parameters of each page: every filter is in the URL.
import { text } from '../shared/search.js';

export type Search = Record<string, unknown>;

export const ordersSearch = (search: Search) => ({
  ...text(search, 'status'),
  ...text(search, 'customer'),
  ...text(search, 'olderThan'),
  ...text(search, 'returns'),
});
export const customersSearch = (search: Search) => ({ ...text(search, 'customer') });
export const sagasSearch = (search: Search) => ({
  ...text(search, 'status'),
  ...text(search, 'waitingFor'),
  ...text(search, 'olderThan'),
});
export const streamsSearch = (search: Search) => ({ ...text(search, 'prefix'), ...text(search, 'sort') });
export const tailSearch = (search: Search) => ({ ...text(search, 'stream'), ...text(search, 'match') });
export const parkedSearch = (search: Search) => ({ ...text(search, 'consumer') });
export const timersSearch = (search: Search) => ({ ...text(search, 'within') });
export const auditSearch = (search: Search) => ({ ...text(search, 'actor'), ...text(search, 'subject') });
export const stockSearch = (search: Search) => ({ ...text(search, 'q') });
export const momentsSearch = (search: Search) => ({ ...text(search, 'at') });
export const whatIfSearch = (search: Search) => ({
  ...text(search, 'at'),
  ...text(search, 'change'),
  ...text(search, 'seconds'),
});
export const compareSearch = (search: Search) => ({ ...text(search, 'left'), ...text(search, 'right') });
export const warehouseSearch = (search: Search) => ({ ...text(search, 'stage') });
export const eventsSearch = (search: Search) => ({
  ...text(search, 'text'),
  ...text(search, 'types'),
  ...text(search, 'stream'),
  ...text(search, 'since'),
  ...text(search, 'until'),
});
export const causesSearch = (search: Search) => ({ ...text(search, 'position') });
