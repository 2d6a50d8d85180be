// Every text of the storefront is in a catalogue: none is in its components. And the catalogues have no noise.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import ts from 'typescript';
import { en } from './en.js';
import { nl } from './nl.js';

const sources = fileURLToPath(new URL('../../../src/', import.meta.url));
const components = ['shop', 'shared'].flatMap((folder) =>
  readdirSync(`${sources}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tsx') && !file.endsWith('.spec.tsx'))
    .map((file) => `${folder}/${file}`),
);

/** Attributes that people read or hear. */
const read = /^(aria-label|aria-roledescription|alt|label|title|hint|placeholder|spoken|over)$/;
const hasWords = (text: string): boolean => /\p{L}{2}/u.test(text);

/** Words in the markup of a component, with the name of its file. */
function wordsIn(file: string, text: string): readonly string[] {
  const found: string[] = [];
  const note = (node: ts.Node, words: string): void => {
    if (hasWords(words)) found.push(`${file}: ${node.getText().trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) note(node, node.text);
    if (ts.isJsxAttribute(node) && read.test(node.name.getText()) && node.initializer !== undefined) {
      const { initializer } = node;
      if (ts.isStringLiteral(initializer)) note(node, initializer.text);
    }
    if (ts.isJsxExpression(node) && node.expression !== undefined && ts.isJsxElement(node.parent)) {
      const { expression } = node;
      if (ts.isStringLiteralLike(expression)) note(node, expression.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TSX));
  return found;
}

test('no component of the storefront has words of its own', () => {
  expect(components.length).toBeGreaterThan(30);
  expect(components.flatMap((file) => wordsIn(file, readFileSync(`${sources}${file}`, 'utf8')))).toEqual([]);
});

test.each(['<p>Buy now</p>', '<img alt="A lamp" />', "<p>{'Buy now'}</p>"])('%s › would be found', (text) => {
  expect(wordsIn('a.tsx', `export const A = () => ${text};`)).toHaveLength(1);
});

/** Coupons, cross-selling, wish lists, and badges that press. */
const noise =
  /coupon|voucher|promo|discount|korting|wish ?list|verlanglijst|you may also|others? (also )?bought|anderen kochten|hurry|only \d+ left|nog maar|selling fast|people are looking/i;

test.each([
  ['English', en],
  ['Dutch', nl],
])('the %s catalogue sells nothing but the goods: no coupons, no cross-selling, no hurry', (_, catalogue) => {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'function')
      texts.push(String((value as (...given: unknown[]) => unknown)(1, 2, 3)));
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(catalogue);
  expect(texts.length).toBeGreaterThan(100);
  expect(texts.filter((text) => noise.test(text))).toEqual([]);
});
