// The check of golden files fails for each kind of difference between files, upcasters and types.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DomainEvent } from '@holdfast/kernel';
import { assertGoldenEvents } from './index.js';

type Moved = DomainEvent<'Moved', { readonly to: string; readonly by: string }>;
const example = { Moved: { to: 'Graz', by: 'foot' } };
const upcasters = { Moved: [({ to }: { to: string }) => ({ to, by: 'foot' })] };

let folder: URL;
beforeEach(() => {
  folder = pathToFileURL(mkdtempSync(path.join(tmpdir(), 'golden-')) + path.sep);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const store = (name: string, content: unknown): void =>
  writeFileSync(new URL(name, folder), JSON.stringify(content));
const v1 = { type: 'Moved', schemaVersion: 1, data: { to: 'Graz' } };
const v2 = { type: 'Moved', schemaVersion: 2, data: { to: 'Graz', by: 'foot' } };

test('holds when every version lifts to the example', () => {
  store('Moved.v1.json', v1);
  store('Moved.v2.json', v2);
  assertGoldenEvents<Moved>(folder, example, upcasters);
});
test('fails when a type, or a version of it, has no file, and shows the content to store', () => {
  expect(() => assertGoldenEvents<Moved>(folder, example)).toThrow('missing Moved.v1.json: {"type":"Moved"');
  store('Moved.v1.json', v1);
  expect(() => assertGoldenEvents<Moved>(folder, example, upcasters)).toThrow('missing Moved.v2.json');
});
test('fails when the shape changed and the version did not', () => {
  store('Moved.v1.json', v1);
  expect(() => assertGoldenEvents<Moved>(folder, example)).toThrow('a new shape is a new version');
});
test('fails when a file contains another type or version than its name says', () => {
  store('Moved.v1.json', { ...v2, schemaVersion: 2 });
  expect(() => assertGoldenEvents<Moved>(folder, example)).toThrow('Moved.v1.json');
});
test('fails when a stored type is no longer known', () => {
  store('Moved.v1.json', { ...v2, schemaVersion: 1 });
  store('Stayed.v1.json', {});
  expect(() => assertGoldenEvents<Moved>(folder, example)).toThrow('stored types are permanent');
});
