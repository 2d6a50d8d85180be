// The values that the scalars for amounts, positions and cursors accept; every input passes them first.
import { describe, expect, test } from '@jest/globals';
import { parseValue } from 'graphql';
import { positionText, scalars } from './scalars.js';

describe('minor units', () => {
  test.each([
    ['0', 0],
    ['-1', -1],
    [12, 12],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%j is accepted', (given, expected) => {
    expect(scalars.MinorUnits.parseValue(given)).toBe(expected);
  });

  test.each([
    '9007199254740992',
    '9223372036854775807',
    1.5,
    '1.5',
    '1e3',
    Number.NaN,
    Infinity,
    '',
    '0x1',
    null,
    {},
  ])('%j is refused', (given) => {
    expect(() => scalars.MinorUnits.parseValue(given)).toThrow('minor units');
  });

  test.each(['1e400', '1.0', '9007199254740993', 'true'])('the literal %s is refused', (given) => {
    expect(() => scalars.MinorUnits.parseLiteral(parseValue(given), {})).toThrow('minor units');
  });

  test('are sent as a string', () => {
    expect(scalars.MinorUnits.serialize(500)).toBe('500');
  });
});

describe('positions', () => {
  test('have the same order as strings as in the log', () => {
    const positions = [-1, 0, 9, 10, 99_999, 1_000_000, Number.MAX_SAFE_INTEGER];
    expect(positions.map(positionText).sort()).toEqual(positions.map(positionText));
  });

  test('are parsed to the position that was serialised', () => {
    expect(scalars.Position.parseValue(positionText(42))).toBe(42);
  });

  test.each(['', '1.5', 'abc', '-2', '99999999999999999', 42])('%j is refused', (given) => {
    expect(() => scalars.Position.parseValue(given)).toThrow('position');
  });
});
