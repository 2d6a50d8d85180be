// Jest runs what `tsc -b` wrote, without a transform of its own. The list of specs comes from the sources, so that the
// output left over from a deleted spec never runs.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const workspaces = [
  ...readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}`),
  'projections',
];

const specsOf = (workspace) => {
  const sources = path.join(root, workspace, 'src');
  if (!existsSync(sources)) return [];
  return readdirSync(sources, { recursive: true })
    .filter((file) => /\.spec\.tsx?$/.test(file))
    .map(
      (file) =>
        `<rootDir>/${workspace}/dist/${file
          .split(path.sep)
          .join('/')
          .replace(/\.tsx?$/, '.js')}`,
    );
};

export default {
  rootDir: root,
  roots: workspaces.map((workspace) => `<rootDir>/${workspace}`),
  testEnvironment: '<rootDir>/scripts/test-environment.js',
  transform: {},
  testMatch: workspaces.flatMap(specsOf),
  // A spec of a component sees the names of its classes, not how they look.
  moduleNameMapper: { '\\.module\\.css$': '<rootDir>/packages/web/src/test/class-names.js' },
  // One per core; more than eight would wait for the disk's syncs.
  maxWorkers: Math.min(8, Math.max(2, availableParallelism())),
  // Modules of finished files stay in memory: beyond this a worker spends more time on that memory than a new one takes to start.
  workerIdleMemoryLimit: '700MB',
  reporters: ['default', '<rootDir>/scripts/tell-skipped.js'],
  testTimeout: 30_000,
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'json-summary', 'lcov'],
  coveragePathIgnorePatterns: ['/node_modules/', '/test/'],
};
