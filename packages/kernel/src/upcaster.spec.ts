// Old events are upcast to the present shape, step by step. A version that the program does not know is refused.
import { describe, expect, test } from '@jest/globals';
import { recorder } from '@holdfast/testing';
import { upcast, type Upcasters } from './index.js';

const upcasters: Upcasters = {
  Moved: [
    ({ to }: { to: string }) => ({ to, by: 'foot' }),
    ({ to, by }: { to: string; by: string }) => ({ route: [to], by }),
  ],
};
const stored = (type: string, data: unknown, schemaVersion: number) =>
  recorder()('trip-1', { type, data }, { schemaVersion });

describe('when an event is read', () => {
  test('that is two versions old › passes both steps and carries the present version', () => {
    const event = upcast(upcasters, stored('Moved', { to: 'Graz' }, 1));
    expect(event.data).toEqual({ route: ['Graz'], by: 'foot' });
    expect(event.metadata.schemaVersion).toBe(3);
  });
  test('that is one version old › passes the last step', () => {
    expect(upcast(upcasters, stored('Moved', { to: 'Graz', by: 'train' }, 2)).data).toEqual({
      route: ['Graz'],
      by: 'train',
    });
  });
  test('that is in its present shape › is the same object', () => {
    const event = stored('Moved', { route: [], by: 'foot' }, 3);
    expect(upcast(upcasters, event)).toBe(event);
    const other = stored('Stayed', {}, 1);
    expect(upcast(upcasters, other)).toBe(other);
  });
  test.each([0, 4])('that has version %s › is refused', (schemaVersion) => {
    expect(() => upcast(upcasters, stored('Moved', {}, schemaVersion))).toThrow(`version ${schemaVersion}`);
  });
});
