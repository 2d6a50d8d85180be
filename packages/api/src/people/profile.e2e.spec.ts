// A person's name and preferences: the stored values, and the refused ones, which change nothing.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRig, type Rig } from '../test/rig.js';

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const update = (token: string, variables: object) =>
  rig.ask(
    `mutation ($name: String, $preferences: JSON) {
      updateProfile(name: $name, preferences: $preferences) { name preferences }
    }`,
    variables,
    token,
  );
const profile = async (token: string) => (await rig.ask('{ me { name preferences } }', {}, token)).data.me;
const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) });

describe('a profile', () => {
  test('stores a name and preferences, together or one of them alone', async () => {
    const { token } = await rig.customer();
    const preferences = { theme: 'dark', emailNotices: { ORDER_SHIPPED: false }, locale: 'de' };
    const { data } = await update(token, { name: ' Ada ', preferences });
    expect(data.updateProfile).toEqual({ name: 'Ada', preferences });
    await update(token, { name: 'Ada L.' });
    expect(await profile(token)).toEqual({ name: 'Ada L.', preferences });
    await update(token, { preferences: { emailNotices: false } });
    expect(await profile(token)).toEqual({ name: 'Ada L.', preferences: { emailNotices: false } });
  });

  test('takes preferences of 6 levels', async () => {
    const { token } = await rig.customer();
    const preferences = { a: nested(5) };
    expect((await update(token, { preferences })).data.updateProfile.preferences).toEqual(preferences);
  });

  test.each<[string, object, string]>([
    ['an empty name', { name: '  ' }, 'name'],
    ['a name that is too long', { name: 'x'.repeat(101) }, 'name'],
    ['preferences that are a list', { preferences: [1] }, 'preferences'],
    ['preferences of 7 levels', { preferences: { a: nested(6) } }, 'preferences'],
    ['preferences that are too large', { preferences: { a: 'x'.repeat(8_200) } }, 'preferences'],
    ['a locale that there is none of', { preferences: { locale: 'tlh' } }, 'preferences.locale'],
    ['notices of no known kind', { preferences: { emailNotices: { X: true } } }, 'preferences.emailNotices'],
    [
      'notices that are neither on nor off',
      { preferences: { emailNotices: { ORDER_SHIPPED: 'yes' } } },
      'preferences.emailNotices',
    ],
  ])('with %s is refused by field, and nothing changes', async (_, variables, field) => {
    const { token } = await rig.customer();
    const before = await profile(token);
    const { errors } = await update(token, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: [field] } }]);
    expect(await profile(token)).toEqual(before);
  });
});
