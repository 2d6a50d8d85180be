// Builds and runs specs: those that need nothing but Node, or one of the kinds below; of all packages, or of the packages,
// files or folders that are named. A spec file that is named runs, whatever its kind. Sources are named as they lie in the
// repository; Jest runs what the compiler wrote of them.
//   node scripts/test.js [--unit | --e2e | --acceptance | --all] [--no-build] [packages/wallet | packages/wallet/src/wallet.spec.ts …] [Jest's options]
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The kind of a spec is the end of its file's name. Each option runs the kinds whose files do not match its pattern. */
const leftOut = {
  '--unit': '\\.(int|e2e|acceptance)\\.spec\\.js$',
  '--quick': '\\.(int|acceptance)\\.spec\\.js$',
  '--e2e': '(?<!\\.e2e)\\.spec\\.js$',
  '--acceptance': '(?<!\\.(int|acceptance))\\.spec\\.js$',
  '--all': null,
};

const own = [...Object.keys(leftOut), '--no-build'];
const args = process.argv.slice(2);
const chosen = args.filter((arg) => !own.includes(arg));

const run = (script, options, nodeOptions = []) => {
  const { status } = spawnSync(process.execPath, [...nodeOptions, script, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

/** The package that a path of the repository lies in. */
const packageOf = (given) => {
  const [top, name] = path.normalize(given).split(path.sep);
  if (top === 'projections') return top;
  return top === 'packages' && name !== undefined ? path.join(top, name) : null;
};
const named = chosen.filter((arg) => packageOf(arg) !== null);
const projects = [...new Set(named.map((arg) => path.join(packageOf(arg), 'tsconfig.spec.json')))];
const missing = [...named.filter((arg) => /\.tsx?$/.test(arg)), ...projects].find(
  (file) => !existsSync(file),
);
if (missing !== undefined) {
  console.error(`there is no ${missing}`);
  process.exit(1);
}
if (!args.includes('--no-build')) run('node_modules/typescript-native/bin/tsc', ['-b', ...projects]);

/** `packages/wallet/src/wallet.spec.ts` as the compiler wrote it; other patterns are Jest's. */
const compiled = (arg) =>
  named.includes(arg) ? arg.replace(`${path.sep}src`, `${path.sep}dist`).replace(/\.tsx?$/, '.js') : arg;
const isFile = (arg) => /\.spec\.tsx?$/.test(arg);
const kind =
  Object.keys(leftOut).find((option) => args.includes(option)) ??
  (named.length > 0 && named.every(isFile) ? '--all' : '--quick');
const ignored = leftOut[kind] === null ? [] : ['--testPathIgnorePatterns', leftOut[kind]];
// Each of them starts several processes: no more files at a time, however many cores there are.
const isBound = chosen.some((arg) => /^(-i$|-w|--runInBand|--maxWorkers)/.test(arg));
const workers = kind === '--acceptance' && !isBound ? ['--maxWorkers', '2'] : [];
// The figure is of the packages that are named, not of all that their specs happen to load.
// They are listed from the sources: what is left over of a deleted file can't be measured.
const measured = args.includes('--coverage')
  ? projects
      .map((project) => path.join(path.dirname(project), 'src'))
      .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => path.join(folder, file)))
      .filter((file) => /\.tsx?$/.test(file) && !/\.d\.ts$/.test(file))
      .map((file) => `--collectCoverageFrom=${file.replace('src', 'dist').replace(/\.tsx?$/, '.js')}`)
  : [];
run(
  'node_modules/jest/bin/jest.js',
  [...chosen.map(compiled), ...measured, ...workers, ...ignored],
  ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
);
