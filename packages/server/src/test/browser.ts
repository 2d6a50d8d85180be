// A real Chromium for specs of the pages, on the files that the build makes. Specs are skipped, and say so, where there is
// none: CHROME_PATH, or Debian's package `chromium`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { patience } from '@holdfast/testing';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const browserPath = (): string | undefined =>
  [process.env['CHROME_PATH'], ...known].find(
    (path) => path !== undefined && path !== '' && existsSync(path),
  );

/** Why the specs of the pages can't run; null when they can. */
export const missingForPages = (): string | null =>
  browserPath() === undefined
    ? 'there is no Chromium: set CHROME_PATH, or install the package chromium'
    : null;

/** Opens the browser; builds the pages first when a source is newer. */
export async function openBrowser(): Promise<Browser> {
  const build = fileURLToPath(new URL('../../../web/scripts/build.js', import.meta.url));
  const { status } = spawnSync(process.execPath, [build], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error('the pages can not be built');
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error('there is no Chromium');
  // Containers have no sandbox of their own, and a small /dev/shm.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

const actionMs = 10_000 * patience;

/** A person with a browser of their own. `complaints`: the errors that the browser printed. */
export type Visitor = {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[];
};

export type Look = {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
};

export async function visit(
  browser: Browser,
  origin: string,
  { width = 1280, height = 860, theme = 'light' }: Look = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width, height },
    colorScheme: theme,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(actionMs);
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (message) => {
    // The browser itself reports a server that is away on purpose.
    if (
      message.type() === 'error' &&
      !message.text().includes('net::ERR') &&
      !message.text().includes('WebSocket')
    )
      complaints.push(message.text());
  });
  return { context, page: await context.newPage(), complaints };
}

/** Signs in on the page that asks for it. */
export async function signInAt(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

const imagesFolder = process.env['SCREENSHOTS'];

/** Stores a screenshot for the documents when SCREENSHOTS names their folder; of the upper `height` pixels if given. */
export async function picture(page: Page, name: string, height?: number): Promise<void> {
  if (imagesFolder === undefined) return;
  const width = page.viewportSize()?.width ?? 1280;
  const clip = height !== undefined && { clip: { x: 0, y: 0, width, height } };
  await page.screenshot({ path: join(imagesFolder, `${name}.png`), animations: 'disabled', ...clip });
}
