// The lines of an address on invoices and labels.
import { expect, test } from '@jest/globals';
import { linesOfAddress } from './address-lines.js';

const address = {
  ...{ name: 'Ada', line1: '1 Queen’s Road', line2: 'Flat 2' },
  ...{ postalCode: '', city: 'Central', country: 'HK' },
};

test('an address without a postal code has its city alone on the line', () => {
  expect(linesOfAddress(address)).toEqual(['Ada', '1 Queen’s Road', 'Flat 2', 'Central', 'HK']);
});

test('an address with a postal code has it before the city', () => {
  const dutch = { ...address, postalCode: '3511 AB', city: 'Utrecht', country: 'NL' };
  expect(linesOfAddress(dutch)).toEqual(['Ada', '1 Queen’s Road', 'Flat 2', '3511 AB Utrecht', 'NL']);
});

test('an empty second line takes no line', () => {
  expect(linesOfAddress({ ...address, line2: ' ' })).toEqual(['Ada', '1 Queen’s Road', 'Central', 'HK']);
});
