// The roles of a process, and the stores that they share.
import { describe, expect, test } from '@jest/globals';
import { readSettings } from './settings.js';
import { allRoles, readRoles } from './roles.js';
import { shared } from './test/settings-given.js';

describe('roles', () => {
  test('are named in any order', () => {
    expect(readRoles('process, api')).toEqual(['api', 'process']);
    expect(readRoles(allRoles.join(','))).toEqual(allRoles);
  });

  test.each(['', 'API', 'api,worker'])('other words are refused: %j', (list) => {
    expect(() => readRoles(list)).toThrow(/^--roles: /);
  });

  test.each([{}, { EVENTSTORE_URL: shared.EVENTSTORE_URL }])(
    'some of them without stores that are shared are refused: %j',
    (environment) => {
      expect(() => readSettings(environment, ['process'])).toThrow(
        '--roles: process alone needs EVENTSTORE_URL and MONGODB_URL',
      );
      expect(readSettings({ ...shared, JWT_SECRET: '' }, ['process', 'projections']).jwtSecret).toBeNull();
    },
  );
});
