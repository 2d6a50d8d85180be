// The benchmarks' front door, for the specs that run them small.
import { api } from './scenarios/api.js';
import { basket } from './scenarios/basket.js';
import { flash } from './scenarios/flash.js';
import { hot } from './scenarios/hot.js';
import { memory } from './scenarios/memory.js';
import { open } from './scenarios/open.js';
import { push } from './scenarios/push.js';
import { query } from './scenarios/query.js';
import { rebuild } from './scenarios/rebuild.js';
import { saga } from './scenarios/saga.js';
import type { Scenario } from './scenario.js';

export { createGrounds } from './grounds.js';
export { holdfast } from './holdfast.js';
export { postgres } from './postgres.js';
export { scales, type Scale, type Scenario } from './scenario.js';

export const scenarios: readonly Scenario[] = [
  saga,
  api,
  flash,
  basket,
  hot,
  rebuild,
  push,
  open,
  query,
  memory,
];
