// What the documents point at must exist: every relative link of every markdown file, and every spec that
// docs/what-happens-when.md names, by file and by title (describe and test titles joined by ' › ').
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const answers = 'docs/what-happens-when.md';
const elsewhere = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', 'fixtures']);

const markdownIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return elsewhere.has(entry.name) ? [] : markdownIn(file);
    return entry.name.endsWith('.md') ? [file] : [];
  });

const withoutCode = (markdown) => markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
/** as forges make an anchor of a heading */
const anchor = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
const anchorsOf = (markdown) =>
  [...markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    anchor(heading),
  );

const failures = [];

const documents = markdownIn('.');
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
      inside = [...around, titleOf(title)];
      titles.push(new RegExp(`^${inside.join(' › ')}$`));
    }
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023), []);
  return titles;
};

const rows = readFileSync(answers, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Question') && !line.startsWith('| ---'));
for (const row of rows) {
  const [, question, , spec, file] = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
  const title = /^`(.+)`$/.exec(spec ?? '')?.[1];
  const target = /\]\((.+)\)$/.exec(file ?? '')?.[1];
  if (title === undefined || target === undefined) {
    failures.push(`${answers}: "${question}" needs a spec title in backticks and a link to its file`);
    continue;
  }
  const source = path.posix.join('docs', target);
  if (existsSync(source) && !titlesOf(source).some((pattern) => pattern.test(title)))
    failures.push(`${answers}: no spec "${title}" in ${source}`);
}
if (rows.length === 0) failures.push(`${answers} answers nothing`);

failures.forEach((failure) => console.error(failure));
console.log(
  `docs: ${documents.length} files, ${links} links, ${rows.length} answers with their specs, ${failures.length} problems`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
