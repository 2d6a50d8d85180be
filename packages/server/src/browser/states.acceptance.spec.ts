// Loading, failed and empty are three things on every page that asks the server for something: it says that it loads; it says
// that this failed, and how to try again; and then it is there, without a reload.
import { beforeAll, expect, test } from '@jest/globals';
import type { Page, Route } from 'playwright-core';
import { signInAt } from '../test/browser.js';
import { console as staffSite, pathOf, placeNamed, shop, type Named, type Site } from '../test/every-page.js';
import { usePages } from '../test/pages.js';

const { describe, url, visitor } = usePages('states', 'the states of pages');

const testMs = 240_000;

let named: Named;

/** Pages that show something of their own before they ask, or ask only when a person does. */
const asksNothing: readonly string[] = [
  ...['/basket', '/find', '/nowhere'],
  ...[
    '/console/tail',
    '/console/customers?customer=customer@demo.example',
    '/console/api',
    '/console/nowhere',
  ],
];

type Held = { release(): Promise<void>; fail(): Promise<void> };

/** Holds the page's queries back from now on. */
async function hold(page: Page): Promise<Held> {
  let mode: 'hold' | 'fail' | 'pass' = 'hold';
  let waiting: Route[] = [];
  await page.route('**/graphql', async (route) => {
    // The session goes on: it is not what the page shows.
    if (mode === 'pass' || /RefreshSession/.test(route.request().postData() ?? '')) await route.continue();
    else if (mode === 'fail') await route.abort();
    else waiting.push(route);
  });
  const settle = async (act: (route: Route) => Promise<void>): Promise<void> => {
    const held = waiting;
    waiting = [];
    await Promise.all(held.map(act));
  };
  return {
    async release() {
      mode = 'pass';
      await settle((route) => route.continue());
    },
    async fail() {
      mode = 'fail';
      await settle((route) => route.abort());
    },
  };
}

/** The pages that do not show all three, with the state that was missing. */
async function unclearOn(site: Site): Promise<readonly string[]> {
  const { page, context } = await visitor();
  await page.goto(site.doors[0]?.path ?? '/');
  await signInAt(page, site.email, site.password);
  const unclear: string[] = [];
  for (const stop of site.pages.filter(({ path }) => !asksNothing.includes(path))) {
    const tab = await context.newPage();
    const held = await hold(tab);
    let state = 'loading';
    try {
      await tab.goto(pathOf(stop, named));
      const main = tab.getByRole('main');
      await main.getByRole('status').getByText('Loading …').first().waitFor();
      state = 'failed';
      await held.fail();
      const failed = main.getByRole('alert').filter({ hasText: 'This could not be loaded.' });
      await failed.first().waitFor();
      state = 'there';
      await held.release();
      // All at once: a part that is there again has no button any more.
      await failed
        .getByRole('button', { name: 'Try again' })
        .evaluateAll((buttons: readonly { click(): void }[]) => {
          for (const button of buttons) button.click();
        });
      await tab.getByText(stop.text).first().waitFor();
    } catch {
      unclear.push(`${stop.path}: is not ${state}`);
    }
    await tab.close();
  }
  return unclear;
}

describe('a page that loads, and then can not, and then can', () => {
  beforeAll(async () => {
    named = await placeNamed(url());
  }, testMs);

  test.each([
    ['storefront', shop],
    ['console', staffSite],
  ])(
    'says so in the %s, each in its own way',
    async (_, site) => {
      expect(await unclearOn(site)).toEqual([]);
    },
    testMs,
  );
});
