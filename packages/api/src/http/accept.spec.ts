// The header accept, as browsers and programs send it.
import { expect, test } from '@jest/globals';
import { prefersHtml } from './accept.js';

test.each([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', true],
  ['Text/HTML', true],
  ['text/html, application/json', true],
  ['application/json, text/html;q=0.9', false],
  ['application/problem+json, text/html;q=0.2', false],
  ['text/html;q=0', false],
  ['application/json', false],
  ['application/json, text/plain, */*', false],
  ['*/*', false],
  ['text/*', false],
  ['', false],
  [undefined, false],
])('%s wants a page: %s', (accept, wants) => {
  expect(prefersHtml(accept)).toBe(wants);
});
