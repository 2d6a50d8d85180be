// Checks of every page: no serious finding of axe in either theme, nothing wider than a small phone or broken on it, nothing
// loaded from elsewhere, and no complaint of the browser. The list of pages has every route of both routers.
import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { seriousOn } from '../test/axe.js';
import { signInAt, type Look } from '../test/browser.js';
import { usePages } from '../test/pages.js';
import {
  console as staffSite,
  isVisited,
  pathOf,
  placeNamed,
  routesOf,
  shop,
  type Named,
  type Site,
  type Stop,
} from '../test/every-page.js';

const { describe, url, visitor } = usePages('pages', 'every page');

const testMs = 240_000;
const phoneWidth = 360;

let named: Named;

/** How much wider the page is than the window, in pixels. */
const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Texts of buttons, times and codes that run over more than one line; words for screen readers alone do not count. */
const brokenOn = (page: Page): Promise<readonly string[]> =>
  page.evaluate<readonly string[]>(`(() => {
    const linesOf = (element) => {
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const lines = [];
      while (texts.nextNode()) {
        if (texts.currentNode.parentElement.getBoundingClientRect().width <= 1) continue;
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        lines.push(...range.getClientRects());
      }
      return lines;
    };
    const isBelow = (line, other) => line.top >= other.bottom - 1;
    return [...document.querySelectorAll('button, time, h1 > span')]
      .filter((element) => linesOf(element).some((line, _, lines) => lines.some((other) => isBelow(line, other))))
      .map((element) => element.textContent);
  })()`);

/** The faults of the page that is open. */
async function faultsOf(page: Page): Promise<readonly string[]> {
  const overflow = await overflowOf(page);
  return [
    ...(await seriousOn(page)),
    ...(overflow > 0 ? [`${overflow} px too wide`] : []),
    ...(await brokenOn(page)).map((text) => `on two lines: ${text}`),
  ];
}

/** A script for the page. Order codes are random: the script replaces each by the widest code possible. */
const widenCodes = `
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const code = /\\b[2-9B-Z]{4}-[2-9B-Z]{4}-[2-9B-Z]{4}\\b/g;
  while (texts.nextNode())
    if (texts.currentNode.nodeValue.match(code))
      texts.currentNode.nodeValue = texts.currentNode.nodeValue.replace(code, 'WWWW-WWWW-WWWW');
`;

/** Visits every page of the site, first those before the sign-in. Returns their faults. */
async function faultsOn(site: Site, look: Look): Promise<readonly string[]> {
  const { page, complaints } = await visitor(look);
  const found: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url()).origin) && !request.url().startsWith('data:'))
      found.push(`loads ${request.url()}`);
  });
  const stopAt = async (stop: Stop): Promise<void> => {
    await page.goto(pathOf(stop, named));
    await page.getByText(stop.text).first().waitFor();
    await page.evaluate(widenCodes);
    found.push(...(await faultsOf(page)).map((fault) => `${stop.path}: ${fault}`));
  };
  for (const door of site.doors) await stopAt(door);
  await page.goto(site.doors[0]?.path ?? '/');
  await signInAt(page, site.email, site.password);
  for (const stop of site.pages) await stopAt(stop);
  return [...found, ...complaints];
}

const looks = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: phoneWidth },
  { theme: 'light', width: phoneWidth },
  { theme: 'dark', width: 1280 },
] as const;

describe('the list of pages', () => {
  test.each([
    ['storefront', shop],
    ['console', staffSite],
  ])(
    'of the %s has a page for each route of its router',
    async (_, site) => {
      const { page } = await visitor();
      await page.goto(site.doors[0]?.path ?? '/');
      await page.getByText('Password').waitFor();
      const routes = await routesOf(page);
      expect(routes.length).toBeGreaterThan(5);
      expect(routes.filter((route) => !isVisited(route, site))).toEqual([]);
    },
    testMs,
  );
});

describe('in Dutch, on a phone', () => {
  test(
    'no button of the products runs over two lines',
    async () => {
      const { page } = await visitor({ width: phoneWidth });
      await page.goto('/');
      await page.getByLabel('Language').selectOption('nl');
      const add = page.getByRole('button', { name: /^In het mandje/ });
      await add.first().click();
      await page.getByRole('button', { name: /^1 in mandje/ }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
    },
    testMs,
  );
});

describe.each(looks)('in $theme colours, $width pixels wide', (look) => {
  // The same order each time.
  beforeAll(async () => {
    named = await placeNamed(url());
  }, testMs);

  test(
    'every page of the storefront is sound',
    async () => {
      expect(await faultsOn(shop, look)).toEqual([]);
    },
    testMs,
  );

  test(
    'every page of the console is sound',
    async () => {
      expect(await faultsOn(staffSite, look)).toEqual([]);
    },
    testMs,
  );
});
