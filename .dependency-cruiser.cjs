// Who may import whom, as one table. `scripts/check-imports.js` holds the sources to it and shows that it refuses.
// Workspaces resolve as Node resolves them, to what their package.json exports from dist: build first.

const contexts = ['ordering', 'inventory', 'wallet', 'accounts', 'payments', 'shipping'];
const ports = ['event-store', 'read-store'];
const eventStores = ['event-store-eventstoredb', 'event-store-server'];
const pure = ['kernel', ...contexts, 'checkout', 'choreography', 'fulfilment', 'topups', 'projections'];
const product = [
  ...pure,
  ...ports,
  ...eventStores,
  'runtime',
  'gateways',
  'bridge',
  'analytics',
  'api',
  'server',
];

/** workspace → the workspaces it may import */
const table = {
  kernel: [],
  ...Object.fromEntries(contexts.map((context) => [context, ['kernel']])),
  checkout: ['kernel', ...contexts],
  // the table of steps, and what is done with it
  choreography: ['kernel', ...contexts, 'checkout'],
  fulfilment: ['kernel', ...contexts],
  topups: ['kernel', 'payments', 'wallet'],
  projections: ['kernel', ...contexts, 'checkout', 'choreography', 'fulfilment'],
  'event-store': ['kernel'],
  'event-store-eventstoredb': ['kernel', 'event-store'],
  'event-store-server': ['kernel', 'event-store'],
  'read-store': ['kernel'],
  runtime: ['kernel', ...ports],
  // of the contexts only what a port speaks of
  gateways: ['kernel', 'payments', 'shipping'],
  bridge: ['kernel', ...contexts, 'checkout', 'choreography', 'fulfilment', ...ports, 'runtime'],
  // what others could do as well: it knows the public events, and nothing of the log
  analytics: ['kernel', 'bridge'],
  testing: ['kernel', ...ports, 'runtime'],
  api: [
    ...['kernel', ...contexts, 'checkout', 'choreography', 'fulfilment', 'topups', 'projections'],
    ...['runtime', ...ports],
  ],
  server: product,
  bench: product,
  // types generated from the schema, and nothing of ours
  web: [],
};

/** workspace → what its specs may import besides that and the testing package */
const forSpecs = {
  'event-store-eventstoredb': ['event-store-server'],
  runtime: eventStores,
};

/** rule, package, where alone it may be imported */
const confined = [
  [
    'api-only',
    '(@nestjs|@apollo|@as-integrations|graphql|fastify|@fastify|@opentelemetry|prom-client)',
    'packages/api/',
  ],
  // also a client of what the whole program serves
  [
    'api-and-its-clients-only',
    'graphql-ws',
    '(packages/(api|web)/|packages/server/src/.*\\.acceptance\\.spec\\.ts$)',
  ],
  ['nodemailer-only', 'nodemailer', 'packages/gateways/src/mail/'],
  ['stripe-only', 'stripe', 'packages/gateways/src/stripe/'],
  ['kafka-only', '@platformatic/kafka', 'packages/(bridge|analytics)/'],
  ['duckdb-only', '@duckdb', 'packages/analytics/src/database/'],
  ['avro-only', 'avsc', 'packages/(bridge|analytics)/'],
  ['embedded-only', 'lmdb', 'packages/read-store/src/embedded/'],
  ['mongodb-only', 'mongodb', 'packages/read-store/src/mongodb/'],
  // also what shows that our own server is one that the client can't tell from EventStoreDB
  [
    'eventstoredb-only',
    '(@eventstore|@kurrent)/[^/]+/dist',
    'packages/(event-store-eventstoredb/src/|event-store-server/src/(.*\\.spec\\.ts$|test/))',
  ],
  [
    'protocol-only',
    '(@grpc|google-protobuf|@eventstore/db-client/generated)',
    // the filter of a read, which the client of EventStoreDB leaves out
    'packages/(event-store-server/src/|event-store-eventstoredb/src/reading/chosen\\.ts$)',
  ],
];

const any = '(packages/[^/]+|projections)(?!/node_modules)';
const folder = (workspace) => (workspace === 'projections' ? workspace : `packages/${workspace}`);
/** a pattern for paths below a folder, in the real tree and in the fixture alike */
const below = (path) => `(^|/)${path}`;
const source = (workspace) => below(`${folder(workspace)}/src/`);
const frontDoor = (workspace) => below(`${folder(workspace)}/dist/index\\.(js|d\\.ts)$`);
/** what a package exports for specs alone: contract suites, and servers to test clients against */
const specDoor = (workspace) => below(`${folder(workspace)}/dist/(contract-suite|test)/[^/]+\\.(js|d\\.ts)$`);
const specs = '(\\.spec\\.ts$|/test/)';

const allowedBy = (workspace) => [source(workspace), ...table[workspace].map(frontDoor)];

module.exports = {
  forbidden: [
    ...Object.keys(table).flatMap((workspace) => [
      {
        name: `${workspace}-imports`,
        comment: `${workspace} may import ${table[workspace].join(', ') || 'nothing'}${pure.includes(workspace) ? ', and no library at all' : ''}`,
        severity: 'error',
        from: { path: source(workspace), pathNot: specs },
        to: {
          ...(pure.includes(workspace) ? {} : { path: below(`${any}/`) }),
          pathNot: allowedBy(workspace),
        },
      },
      {
        name: `${workspace}-specs-import`,
        comment: `specs of ${workspace} may import what it may, and the testing package`,
        severity: 'error',
        from: { path: `${source(workspace)}.*${specs}` },
        to: {
          path: below(`${any}/`),
          pathNot: [
            ...allowedBy(workspace),
            frontDoor('testing'),
            ...[...table[workspace], ...(forSpecs[workspace] ?? [])].flatMap((other) => [
              frontDoor(other),
              specDoor(other),
            ]),
          ],
        },
      },
    ]),
    ...confined.map(([name, library, home]) => ({
      name,
      comment: `only ${home} knows ${library}`,
      severity: 'error',
      from: { pathNot: [below(home)] },
      to: { path: `(^|node_modules/)${library}(/|$)` },
    })),
    {
      name: 'front-door',
      comment: "another package's internals are reached through what its package.json exports",
      severity: 'error',
      from: { path: below(`${any}/src/`) },
      to: { path: below(`${any}/dist/`), dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'spec-only',
      comment: 'what is made for specs is imported by specs',
      severity: 'error',
      from: { path: below(`${any}/src/`), pathNot: specs },
      to: { path: specs },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'misspelt, missing from package.json, not exported, or not built yet',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: '/scripts/fixtures/.*/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      mainFields: ['module', 'main'],
    },
  },
};
