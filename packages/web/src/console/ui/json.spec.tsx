// Stored data as operators read it.
import { afterEach, expect, test } from '@jest/globals';
import { cleanup, render, screen } from '@testing-library/react';
import { exactJson } from '../../shared/api/exact-json.js';
import { Json } from './json.js';

afterEach(cleanup);

test('2^53 + 1 is shown with all its digits, as a number', () => {
  const value: unknown = JSON.parse(exactJson('{"position":9007199254740993,"sku":"LAMP","lines":[]}'));
  render(<Json value={value} />);
  expect(document.querySelector('pre')?.textContent).toBe(
    '{\n  "position": 9007199254740993,\n  "sku": "LAMP",\n  "lines": []\n}',
  );
  expect(screen.getByText('9007199254740993')).toBeTruthy();
});
