// The console's pages, one folder each. A new page is a folder, a route here, and a line in navigation.ts.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { parseSearch, stringifySearch, text } from '../shared/search.js';
import { Layout } from './layout.js';
import { hasApiPage } from './offers.js';
import {
  auditSearch,
  customersSearch,
  compareSearch,
  causesSearch,
  eventsSearch,
  momentsSearch,
  ordersSearch,
  parkedSearch,
  sagasSearch,
  stockSearch,
  streamsSearch,
  tailSearch,
  timersSearch,
  warehouseSearch,
  whatIfSearch,
} from './search.js';
import { Link } from './ui/link.js';
import { Nothing } from './ui/parts.js';

const root = createRootRoute({
  component: Layout,
  notFoundComponent: () => (
    <Nothing title="There is no such page.">
      <Link to="/">To the overview</Link>
    </Nothing>
  ),
});
const getParentRoute = () => root;

const overview = createRoute({
  getParentRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.js'), 'OverviewPage'),
});
const orders = createRoute({
  getParentRoute,
  path: '/orders',
  validateSearch: ordersSearch,
  component: lazyRouteComponent(() => import('./pages/orders/orders-page.js'), 'OrdersPage'),
});
const order = createRoute({
  getParentRoute,
  path: '/orders/$id',
  component: lazyRouteComponent(() => import('./pages/orders/order-page.js'), 'OrderPage'),
});
const moments = createRoute({
  getParentRoute,
  path: '/orders/$id/moments',
  validateSearch: momentsSearch,
  component: lazyRouteComponent(() => import('./pages/moments/moments-page.js'), 'MomentsPage'),
});
const whatIf = createRoute({
  getParentRoute,
  path: '/orders/$id/what-if',
  validateSearch: whatIfSearch,
  component: lazyRouteComponent(() => import('./pages/moments/what-if-page.js'), 'WhatIfPage'),
});
const sagas = createRoute({
  getParentRoute,
  path: '/sagas',
  validateSearch: sagasSearch,
  component: lazyRouteComponent(() => import('./pages/sagas/sagas-page.js'), 'SagasPage'),
});
const saga = createRoute({
  getParentRoute,
  path: '/sagas/$id',
  component: lazyRouteComponent(() => import('./pages/sagas/saga-page.js'), 'SagaPage'),
});
const streams = createRoute({
  getParentRoute,
  path: '/streams',
  validateSearch: streamsSearch,
  component: lazyRouteComponent(() => import('./pages/streams/streams-page.js'), 'StreamsPage'),
});
const stream = createRoute({
  getParentRoute,
  path: '/streams/$name',
  validateSearch: (search) => ({ ...text(search, 'event') }),
  component: lazyRouteComponent(() => import('./pages/streams/stream-page.js'), 'StreamPage'),
});
const request = createRoute({
  getParentRoute,
  path: '/requests/$id',
  validateSearch: (search) => ({ ...text(search, 'event') }),
  component: lazyRouteComponent(() => import('./pages/streams/request-page.js'), 'RequestPage'),
});
const search = createRoute({
  getParentRoute,
  path: '/search',
  validateSearch: eventsSearch,
  component: lazyRouteComponent(() => import('./pages/search/search-page.js'), 'SearchPage'),
});
const causes = createRoute({
  getParentRoute,
  path: '/causes/$id',
  validateSearch: causesSearch,
  component: lazyRouteComponent(() => import('./pages/causes/causes-page.js'), 'CausesPage'),
});
const tail = createRoute({
  getParentRoute,
  path: '/tail',
  validateSearch: tailSearch,
  component: lazyRouteComponent(() => import('./pages/tail/tail-page.js'), 'TailPage'),
});
const parked = createRoute({
  getParentRoute,
  path: '/parked',
  validateSearch: parkedSearch,
  component: lazyRouteComponent(() => import('./pages/parked/parked-page.js'), 'ParkedPage'),
});
const run = createRoute({
  getParentRoute,
  path: '/parked/runs/$id',
  component: lazyRouteComponent(() => import('./pages/parked/run-page.js'), 'RunPage'),
});
const projections = createRoute({
  getParentRoute,
  path: '/projections',
  component: lazyRouteComponent(() => import('./pages/projections/projections-page.js'), 'ProjectionsPage'),
});
const reconciliation = createRoute({
  getParentRoute,
  path: '/reconciliation',
  component: lazyRouteComponent(
    () => import('./pages/reconciliation/reconciliation-page.js'),
    'ReconciliationPage',
  ),
});
const timers = createRoute({
  getParentRoute,
  path: '/timers',
  validateSearch: timersSearch,
  component: lazyRouteComponent(() => import('./pages/timers/timers-page.js'), 'TimersPage'),
});
const audit = createRoute({
  getParentRoute,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('./pages/audit/audit-page.js'), 'AuditPage'),
});
const stock = createRoute({
  getParentRoute,
  path: '/stock',
  validateSearch: stockSearch,
  component: lazyRouteComponent(() => import('./pages/stock/stock-page.js'), 'StockPage'),
});

const compare = createRoute({
  getParentRoute,
  path: '/compare',
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import('./pages/compare/compare-page.js'), 'ComparePage'),
});
const warehouse = createRoute({
  getParentRoute,
  path: '/warehouse',
  validateSearch: warehouseSearch,
  component: lazyRouteComponent(() => import('./pages/warehouse/warehouse-page.js'), 'WarehousePage'),
});
const customers = createRoute({
  getParentRoute,
  path: '/customers',
  validateSearch: customersSearch,
  component: lazyRouteComponent(() => import('./pages/customers/customers-page.js'), 'CustomersPage'),
});
const api = createRoute({
  getParentRoute,
  path: '/api',
  component: lazyRouteComponent(() => import('./pages/api/api-page.js'), 'ApiPage'),
});

export const createConsoleRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      overview,
      orders,
      order,
      moments,
      whatIf,
      sagas,
      saga,
      streams,
      stream,
      request,
      search,
      causes,
      tail,
      parked,
      run,
      projections,
      reconciliation,
      timers,
      audit,
      stock,
      compare,
      warehouse,
      customers,
      ...(hasApiPage() ? [api] : []),
    ]),
    basepath: '/console',
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: 'intent',
  });
