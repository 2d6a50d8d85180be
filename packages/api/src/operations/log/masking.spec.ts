// The visible part of an event for each role: of every event in the golden files, as it is stored.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { Role } from '@holdfast/accounts';
import type { Viewer } from '../../people/viewer.js';
import { masked, maskingFor } from './masking.js';

const packages = fileURLToPath(new URL('../../../../../packages', import.meta.url));
type Stored = { readonly type: string; readonly schemaVersion: number; readonly data: object };
const stored = readdirSync(packages)
  .map((name) => `${packages}/${name}/test/golden`)
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((file) => `${folder}/${file}`))
  .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Stored);

/** Parts of what the golden files say of Ada Lovelace: her name, addresses, card, and the page where she pays. */
const hers = /Ada|James Square|London|SW1Y|ada@|tok_|pay\.example|https:\/\/shop\.example/;

const viewer = (...roles: Role[]): Viewer => ({
  __typename: 'User',
  ...{ id: 'a', email: 'a@example.com', name: 'A', roles, preferences: {}, sessionId: 's' },
});
const shownTo = (roles: readonly Role[]) =>
  stored.map(({ type, schemaVersion, data }) => ({
    type: `${type} v${schemaVersion}`,
    text: JSON.stringify(masked(data, maskingFor(viewer(...roles)))),
  }));
const withHers = (shown: ReturnType<typeof shownTo>): readonly string[] =>
  shown.filter(({ text }) => hers.test(text)).map(({ type }) => type);

describe('the data of an event', () => {
  test('has what it says of a person for operators alone', () => {
    expect(withHers(shownTo(['OPERATOR'])).length).toBeGreaterThan(8);
    expect(withHers(shownTo(['ADMIN']))).toEqual(withHers(shownTo(['OPERATOR'])));
  });

  test.each([['SUPPORT'], ['WAREHOUSE'], ['CATALOG'], ['CUSTOMER']] as const)(
    'has nothing of a person for %s, in any event',
    (role) => {
      expect(withHers(shownTo([role]))).toEqual([]);
    },
  );

  test('for support has everything else, as the name of a product', () => {
    const line = { sku: 'LAMP', name: 'Lamp', quantity: 2 };
    expect(masked({ name: 'Ada', lines: [line] }, 'masked')).toEqual({
      name: '(not shown)',
      lines: [line],
    });
  });

  test('without a role has ids alone, in lists too', () => {
    const data = { orderId: 'o-1', note: 'call me', lines: [{ sku: 'LAMP', quantity: 2 }], topics: ['a'] };
    expect(masked(data, maskingFor(null))).toEqual({
      orderId: 'o-1',
      note: '(not shown)',
      lines: [{ sku: 'LAMP', quantity: '(not shown)' }],
      topics: ['(not shown)'],
    });
  });
});
