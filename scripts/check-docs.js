// The documents must match the repository. Every relative link leads somewhere; every file and folder that stands in a
// code span exists; so does every name that is said to be in a file, and every `npm run` script; every spec that
// docs/what-happens-when.md names is there, by file and by title (describe and test titles joined by ' › ');
// packages/payments/README.md has a spec for each case of cards, packages/bridge/README.md for each guarantee and failure of
// the bridge, and packages/web/README.md for each of shops and consoles, and each journey; docs/settings.md has the settings
// that the server reads; and docs/events.md and docs/integration-events.md are what `npm run docs:events` and `npm run
// docs:integration-events` write today.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describeEvents, eventsDocument } from './describe-events.js';
import { describeIntegrationEvents, integrationEventsDocument } from './describe-integration-events.js';

const answers = 'docs/what-happens-when.md';
const numbered = (count, prefix = '') => Array.from({ length: count }, (_, n) => `${prefix}${n + 1}`);
/** Tables of specs, with the first cells of their rows. */
const specTables = {
  'packages/payments/README.md': numbered(25),
  'packages/bridge/README.md': [...numbered(11), ...'abcdefgh'],
  'packages/web/README.md': [...numbered(12, 'C'), ...numbered(11, 'S'), ...numbered(9, 'J')],
};
const settingsDocument = 'docs/settings.md';
const settingsFolder = 'packages/server/src';
const settingsSource = `${settingsFolder}/settings-variables.ts`;
/** Groups of settings have files of their own. */
const settingsSources = readdirSync(settingsFolder)
  .filter((name) => /settings(-variables)?\.ts$/.test(name))
  .map((name) => `${settingsFolder}/${name}`);
const elsewhere = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', 'fixtures']);

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return elsewhere.has(entry.name) ? [] : filesIn(file);
    return [file];
  });

const withoutBlocks = (markdown) => markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
const withoutCode = (markdown) => withoutBlocks(markdown).replace(/`[^`\n]*`/g, '');
/** as forges make an anchor of a heading */
const anchor = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
const anchorsOf = (markdown) =>
  [...withoutBlocks(markdown).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchor(heading));

const failures = [];

const files = filesIn('.');
const documents = files.filter((file) => file.endsWith('.md'));
let links = 0;
for (const document of documents) {
  for (const [, target] of withoutCode(readFileSync(document, 'utf8')).matchAll(/\]\(([^)\s]+)[^)]*\)/g)) {
    if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
    links += 1;
    const [file, fragment] = target.split('#');
    const linked = file === '' ? document : path.posix.join(path.posix.dirname(document), decodeURI(file));
    if (!existsSync(linked)) failures.push(`${document}: dead link ${target}`);
    else if (
      fragment &&
      linked.endsWith('.md') &&
      !anchorsOf(readFileSync(linked, 'utf8')).includes(fragment)
    )
      failures.push(`${document}: ${linked} has no heading for #${fragment}`);
  }
}

// Files and scripts

/** They tell how things were. */
const isHistory = (document) => document === 'CHANGELOG.md' || document.startsWith('docs/adr/');

const namesFile = /^[\w<][\w@.<>-]*(\/[\w@.<>-]+)*\.(ts|js|cjs|graphql|json|sh|cfg|sql|yml|md)$/;
const namesFolder = /^(packages|projections|docs|scripts|deploy)(\/[\w@.<>-]+)*\/?$/;
/** `<name>` stands for any one name. */
const asPattern = (text) =>
  text
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/<[^>]*>/g, '[^/]+')
    .replace(/\/$/, '');

/** A package's README names files of the package; other documents name files from the root, or by the end of the path. */
const isHere = (span, document) => {
  const home = /^(packages\/[^/]+|projections)\//.exec(document)?.[0] ?? '';
  const fromRoot = new RegExp(`^${asPattern(span)}(/|$)`);
  const byItsEnd = new RegExp(`(^|/)${asPattern(span)}$`);
  return files.some((file) => fromRoot.test(file) || (file.startsWith(home) && byItsEnd.test(file)));
};

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
let paths = 0;
for (const document of documents.filter((file) => !isHistory(file))) {
  const markdown = readFileSync(document, 'utf8');
  for (const [, span] of withoutBlocks(markdown).matchAll(/`([^`\n]+)`/g)) {
    if (!namesFile.test(span) && !namesFolder.test(span)) continue;
    paths += 1;
    if (!isHere(span, document)) failures.push(`${document}: there is no ${span}`);
  }
  for (const [, script] of markdown.matchAll(/\bnpm run ([\w:-]+)/g))
    if (scripts[script] === undefined) failures.push(`${document}: there is no script ${script}`);
}

// Names

/** `place` in [order.ts](…): the file has that name. */
for (const document of documents.filter((file) => !isHistory(file)))
  for (const [, name, target] of readFileSync(document, 'utf8').matchAll(
    /`(\w+)` in \[[^\]]+\]\(([^)#\s]+\.ts)\)/g,
  )) {
    const file = path.posix.join(path.posix.dirname(document), target);
    if (existsSync(file) && !new RegExp(`\\b${name}\\b`).test(readFileSync(file, 'utf8')))
      failures.push(`${document}: ${file} has no ${name}`);
  }

// Specs that answer a question

/** Patterns for the titles a spec file can run, each with those of the blocks around it. */
const titlesOf = (file) => {
  const titles = [];
  const quote = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const titleOf = (node) => {
    if (ts.isStringLiteralLike(node)) return quote(node.text).replace(/%[a-z#]|\\\$\w+(\\\.\w+)*/g, '.+');
    if (ts.isTemplateExpression(node))
      return (
        quote(node.head.text) + node.templateSpans.map(({ literal }) => `.+${quote(literal.text)}`).join('')
      );
    return '.+';
  };
  const blockName = (callee) => {
    if (ts.isIdentifier(callee)) return callee.text;
    if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee))
      return blockName(callee.expression);
    return ts.isTaggedTemplateExpression(callee) ? blockName(callee.tag) : '';
  };
  const visit = (node, around) => {
    let inside = around;
    const [title, body] = ts.isCallExpression(node) ? node.arguments : [];
    if (title && body && /^(describe|test|it)$/.test(blockName(node.expression))) {
      const own = titleOf(title);
      inside = [...around, own];
      // A title that is a variable would match every title: `test.skip(skipped, …)` stands in most specs that need a server.
      if (own !== '.+') titles.push(new RegExp(`^${inside.join(' › ')}$`));
    }
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023), []);
  return titles;
};

/** A row whose last two cells are the title of a spec and the link to its file. */
function checkSpec(document, name, spec, file) {
  const title = /^`(.+)`$/.exec(spec ?? '')?.[1];
  const target = /\]\((.+)\)$/.exec(file ?? '')?.[1];
  if (title === undefined || target === undefined) {
    failures.push(`${document}: "${name}" needs a spec title in backticks and a link to its file`);
    return;
  }
  const source = path.posix.join(path.posix.dirname(document), target);
  if (existsSync(source) && !titlesOf(source).some((pattern) => pattern.test(title)))
    failures.push(`${document}: no spec "${title}" in ${source}`);
}
const cellsOf = (row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim());

const rows = readFileSync(answers, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Question') && !line.startsWith('| ---'));
for (const row of rows) {
  const [, question, , spec, file] = cellsOf(row);
  checkSpec(answers, question, spec, file);
}
if (rows.length === 0) failures.push(`${answers} answers nothing`);

// What goes wrong elsewhere, with cards, on the way to Kafka and on pages: every row has its spec, and may have more below it

for (const [document, wanted] of Object.entries(specTables)) {
  const cases = readFileSync(document, 'utf8')
    .split('\n')
    .filter((line) => /^\| ([A-Z]?\d+|[a-z]) \|/.test(line))
    .map(cellsOf);
  for (const [, row, , , spec, file] of cases) checkSpec(document, `row ${row}`, spec, file);
  for (const row of wanted)
    if (cases.filter(([, name, situation]) => name === row && situation !== '').length !== 1)
      failures.push(`${document}: needs row ${row}, once`);
}

// Settings

/** Names in capitals that the schema of the settings has. */
function settingsRead() {
  const names = new Set();
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && /^[A-Z][A-Z0-9_]+$/.test(node.name.getText()))
      names.add(node.name.getText());
    ts.forEachChild(node, visit);
  };
  for (const source of settingsSources)
    visit(ts.createSourceFile(source, readFileSync(source, 'utf8'), ts.ScriptTarget.ES2023, true));
  return names;
}

const read = settingsRead();
const described = new Set(
  readFileSync(settingsDocument, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...line.split('|')[1].matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name)),
);
for (const name of read)
  if (!described.has(name)) failures.push(`${settingsDocument}: ${name} of ${settingsSource} has no row`);
for (const name of described)
  if (!read.has(name)) failures.push(`${settingsDocument}: ${settingsSource} does not read ${name}`);
if (read.size === 0) failures.push(`${settingsSource} reads no settings`);

// Events

if (readFileSync(eventsDocument, 'utf8') !== (await describeEvents()))
  failures.push(`${eventsDocument} is stale: npm run docs:events`);
if (readFileSync(integrationEventsDocument, 'utf8') !== describeIntegrationEvents())
  failures.push(`${integrationEventsDocument} is stale: npm run docs:integration-events`);

failures.forEach((failure) => console.error(failure));
console.log(
  `docs: ${documents.length} files, ${links} links, ${paths} paths, ${read.size} settings, ${rows.length} answers with their specs, ${failures.length} problems`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
