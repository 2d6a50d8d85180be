// GraphiQL in the console, as staff use it, in a real browser on the whole program.
import { test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { picture, signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';

const { describe, visitor } = usePages('api-page', 'GraphiQL');

/** Replaces the text of the editor for queries; its tab takes the name of the operation. */
async function write(page: Page, name: string, query: string): Promise<void> {
  await page.locator('.graphiql-query-editor .CodeMirror').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(query);
  await page.locator('.graphiql-tabs').getByText(name, { exact: true }).waitFor();
}

describe('an operator at the page for queries', () => {
  test(
    'runs a query and follows a subscription as herself, and the browser has no complaint',
    async () => {
      const { page } = await visitor();
      await page.goto('/console');
      await signInAt(page, 'operator@demo.example', 'demo-operator');
      await page.getByRole('navigation').getByRole('link', { name: 'API', exact: true }).click();
      const result = page.locator('.result-window');
      // GraphiQL loads its editors after its frame; until both are there, its button does nothing.
      await page.locator('.graphiql-query-editor .CodeMirror').getByText('LatestOrders').waitFor();
      await result.locator('.CodeMirror').waitFor();
      await page.getByRole('button', { name: /^Execute query/ }).click();
      await result.getByText('totalCount').waitFor();
      await picture(page, 'console-api');

      await write(page, 'Me', 'query Me { me { email roles } }');
      await page.keyboard.press('Control+Enter');
      await result.getByText('operator@demo.example').waitFor();

      await write(page, 'Wrong', 'query Wrong { sagas(first: 1) { nodes { nothing } } }');
      await page.locator('.CodeMirror-lint-mark-error').first().waitFor();

      await write(page, 'Stock', 'subscription Stock { stockChanged { cursor } }');
      await page.keyboard.press('Control+Enter');
      await page.getByRole('button', { name: /^Stop query/ }).waitFor();
    },
    testMs,
  );
});
