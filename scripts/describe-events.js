// Writes docs/events.md: every event that a context stores, from its golden files (what is stored), the comment on its
// type (what it means) and the functions that make it. `npm run docs:events` writes it; check:docs fails when it is stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import ts from 'typescript';

export const eventsDocument = 'docs/events.md';

const head = `# Events

Every event that a bounded context or the checkout stores, with an example of its newest version. This page is generated
from the golden files (\`npm run docs:events\`); [how to add an event](recipes.md#an-event) is a recipe, and
[events and streams](guides/events-and-streams.md) says what surrounds an event in the log. Three more kinds of streams
belong to no context: \`parked-…\` ([parked events](guides/subscriptions-and-cursors.md#parked-events)), \`bulkruns-parked\` (bulk
retries of these, and how far they came), and \`control-…\` (requests from one process to another).
`;

const isSource = (file) => /(?<!\.spec|\.d)\.ts$/.test(file) && !file.split(path.sep).includes('test');

const sourcesOf = (folder) =>
  readdirSync(path.join(folder, 'src'), { recursive: true })
    .filter(isSource)
    .sort()
    .map((file) => {
      const name = path.posix.join(folder, 'src', file.split(path.sep).join('/'));
      return ts.createSourceFile(name, readFileSync(name, 'utf8'), ts.ScriptTarget.ES2023, true);
    });

const visit = (node, look) => {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
};

/** The comment on a type, as one sentence or several. */
const commentOf = (node) => {
  const text = ts
    .getJSDocCommentsAndTags(node)
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text.replace(/^[a-z]/, (letter) => letter.toUpperCase()).replace(/(?<=[^.])$/, '.');
};

/** The name of a type that is an event's: `DomainEvent<'OrderPlaced', …>`. */
const eventTypeIn = (type) => {
  if (!ts.isTypeReferenceNode(type) || type.typeName.getText() !== 'DomainEvent') return null;
  const [name] = type.typeArguments ?? [];
  return name && ts.isLiteralTypeNode(name) && ts.isStringLiteral(name.literal) ? name.literal.text : null;
};

/** Types of a package: alias → the events that it stands for, in the order in which they are written. */
const aliasesIn = (sources) => {
  const nodes = new Map();
  for (const source of sources)
    visit(source, (node) => {
      if (ts.isTypeAliasDeclaration(node)) nodes.set(node.name.text, node);
    });
  const eventsOf = (type) => {
    const event = eventTypeIn(type);
    if (event !== null) return [event];
    if (ts.isUnionTypeNode(type)) return type.types.flatMap(eventsOf);
    const alias = ts.isTypeReferenceNode(type) ? nodes.get(type.typeName.getText()) : undefined;
    return alias === undefined ? [] : eventsOf(alias.type);
  };
  const comments = new Map();
  for (const node of nodes.values()) {
    const event = eventTypeIn(node.type);
    if (event !== null) comments.set(event, commentOf(node));
  }
  return { eventsOf, comments };
};

/** The text of an expression: a literal, or a constant of the package (of its own file first). */
const textOf = (sources, own, expression) => {
  if (ts.isStringLiteral(expression)) return expression.text;
  for (const source of [own, ...sources]) {
    let text = null;
    visit(source, (node) => {
      if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return;
      if (node.name.getText() === expression.getText() && ts.isStringLiteral(node.initializer))
        text = node.initializer.text;
    });
    if (text !== null) return text;
  }
  return null;
};

/** The streams of a package: their category, and the type of their events, from its aggregates and processes. */
const streamsIn = (sources) => {
  const streams = [];
  for (const source of sources)
    visit(source, (node) => {
      if (!ts.isTypeReferenceNode(node) || (node.typeArguments ?? []).length !== 4) return;
      const kind = node.typeName.getText();
      if (kind !== 'Aggregate' && kind !== 'Process') return;
      const property = kind === 'Aggregate' ? 'category' : 'name';
      visit(node.parent, (inner) => {
        if (!ts.isPropertyAssignment(inner) || inner.name.getText() !== property) return;
        const category = textOf(sources, source, inner.initializer);
        if (category !== null)
          streams.push({ category, events: node.typeArguments[1], file: source.fileName });
      });
    });
  return streams;
};

/** Functions and values that make an event: `{ type: 'OrderPlaced', … }` outside of types. */
const makersIn = (sources) => {
  const makers = new Map();
  for (const source of sources)
    visit(source, (node) => {
      if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'type') return;
      if (!ts.isStringLiteral(node.initializer)) return;
      let name = null;
      for (let at = node.parent; at.parent !== undefined; at = at.parent) {
        if (ts.isFunctionDeclaration(at) || ts.isVariableDeclaration(at)) name = at.name.getText();
        if (ts.isPropertyAssignment(at) && at.name.getText() === 'decide') name = 'decide';
        if (name === 'decide') break;
      }
      const type = node.initializer.text;
      makers.set(type, [...(makers.get(type) ?? []), { name, file: source.fileName }]);
    });
  return makers;
};

const goldenOf = (folder) => {
  const golden = path.join(folder, 'test/golden');
  const versions = new Map();
  for (const file of existsSync(golden) ? readdirSync(golden).sort() : []) {
    const { type, schemaVersion, data } = JSON.parse(readFileSync(path.join(golden, file), 'utf8'));
    const before = versions.get(type);
    if (before === undefined || before.schemaVersion < schemaVersion)
      versions.set(type, { schemaVersion, data });
  }
  return versions;
};

const linked = (file) => `[${path.posix.basename(file)}](${path.posix.relative('docs', file)})`;

/** Data as Prettier writes JSON, so that short data stays on one line. */
const jsonOf = async (data) =>
  (await format(JSON.stringify(data), { parser: 'json', printWidth: 110 })).trimEnd();

const describeEvent = async (type, { schemaVersion, data }, comment, makers) => {
  const unique = [...new Map(makers.map((maker) => [`${maker.name} ${maker.file}`, maker])).values()];
  const by = unique.map(({ name, file }) => `\`${name}\` in ${linked(file)}`).join(', ');
  const made = by === '' ? 'No longer made.' : `Made by ${by}.`;
  return [
    `### ${type}`,
    '',
    ...(comment === '' ? [] : [comment, '']),
    schemaVersion > 1 ? `Version ${schemaVersion}. ${made}` : made,
    '',
    '```json',
    await jsonOf(data),
    '```',
    '',
  ];
};

/** One package: for each of its streams the name and the events. Throws when code and golden files disagree. */
async function describePackage(folder) {
  const sources = sourcesOf(folder);
  const { eventsOf, comments } = aliasesIn(sources);
  const golden = goldenOf(folder);
  const makers = makersIn(sources);
  const streams = streamsIn(sources).map(({ category, events, file }) => ({
    category,
    file,
    folder,
    types: eventsOf(events),
  }));
  const sections = [];
  for (const { category, file, types } of streams) {
    sections.push(
      `## ${category}-…`,
      '',
      `Streams of ${linked(file)}, package [${path.basename(folder)}](../${folder}).`,
      '',
    );
    for (const type of types) {
      const stored = golden.get(type);
      if (stored === undefined) throw new Error(`${folder}: ${type} has no golden file`);
      sections.push(...(await describeEvent(type, stored, comments.get(type) ?? '', makers.get(type) ?? [])));
      golden.delete(type);
    }
  }
  if (golden.size > 0)
    throw new Error(`${folder}: no aggregate or process stores ${[...golden.keys()].join(', ')}`);
  return { streams, sections };
}

/** The whole page. */
export async function describeEvents() {
  const rows = ['| stream | events |', '| --- | --- |'];
  const sections = [];
  const packages = readdirSync('packages').map((name) => `packages/${name}`);
  for (const folder of packages.filter((name) => existsSync(path.join(name, 'test/golden')))) {
    const described = await describePackage(folder);
    sections.push(...described.sections);
    for (const { category, types } of described.streams)
      rows.push(
        `| \`${category}-…\` | ${types.map((type) => `[${type}](#${type.toLowerCase()})`).join(', ')} |`,
      );
  }
  return [head, ...rows, '', ...sections].join('\n').trimEnd() + '\n';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(eventsDocument, await describeEvents());
