// Holds each TypeScript project's references to what its sources import. Without a reference the compiler may build a project
// before another that it imports: a fresh clone then builds or fails by chance.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const failures = [];

const folders = [...readdirSync('packages').map((name) => path.join('packages', name)), 'projections'];
const packages = new Map(
  folders.map((folder) => {
    const { name, exports = {} } = readJson(path.join(folder, 'package.json'));
    const { exclude = [] } = readJson(path.join(folder, 'tsconfig.json'));
    return [name, { folder, exports, testIsApart: exclude.includes('src/test') }];
  }),
);

/** The project that compiles a package's source: specs, and in most packages their helpers, are a project of their own. */
const projectOf = ({ folder, testIsApart }, source) => {
  const isSpec = /\.spec\.tsx?$/.test(source) || (testIsApart && /^test(\/|$)/.test(source));
  return path.join(folder, isSpec ? 'tsconfig.spec.json' : 'tsconfig.json');
};

/** The project behind `@holdfast/name` or `@holdfast/name/subpath`, null for a name that the package does not export. */
const importedProject = (specifier) => {
  const [scope, name, ...rest] = specifier.split('/');
  const found = packages.get(`${scope}/${name}`);
  const types = found?.exports[['.', ...rest].join('/')]?.types;
  return types === undefined ? null : projectOf(found, types.replace('./dist/', ''));
};

/** The names of this workspace's packages that a file imports. */
const importsOf = (file) =>
  ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('@holdfast/'));

const needed = new Map();
for (const found of packages.values()) {
  const src = path.join(found.folder, 'src');
  for (const source of readdirSync(src, { recursive: true }).filter((file) => /\.tsx?$/.test(file))) {
    const project = projectOf(found, source);
    const file = path.join(src, source);
    for (const specifier of importsOf(file)) {
      const imported = importedProject(specifier);
      if (imported === null) failures.push(`${file} imports ${specifier}, which is not exported`);
      else if (imported !== project) needed.set(`${project} ${imported}`, file);
    }
  }
}

const referencesOf = (project) =>
  readJson(project).references?.map((reference) => {
    const referenced = path.join(path.dirname(project), reference.path);
    return referenced.endsWith('.json') ? referenced : path.join(referenced, 'tsconfig.json');
  }) ?? [];
const projects = referencesOf('tsconfig.json');
const references = new Set(
  projects.flatMap((project) => referencesOf(project).map((referenced) => `${project} ${referenced}`)),
);
for (const [pair, file] of needed)
  if (!references.has(pair))
    failures.push(`${pair.replace(' ', ' lacks a reference to ')}, which ${file} imports`);

failures.forEach((failure) => console.error(failure));
console.log(
  `references: ${projects.length} projects, ${needed.size} pairs of which one imports the other, ${failures.length} problems`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
