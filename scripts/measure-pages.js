// Measures the pages in a real Chromium on the whole program, and prints a table: the storefront's largest contentful
// paint and time to interactive on a fresh visit, and how smoothly ten thousand rows of the console's live tail scroll.
// Nothing is asserted: the numbers depend on the machine. Run it by `npm run measure:pages`, on an idle one.
import { spawn } from 'node:child_process';
/* global fetch, window, PerformanceObserver, performance, requestAnimationFrame */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const known = [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'];
const executablePath = known.find((file) => file !== undefined && file !== '' && existsSync(file));
if (executablePath === undefined) {
  console.error('measure: there is no Chromium: set CHROME_PATH');
  process.exit(1);
}

const rows = 10_000;
const visits = 5;

const data = mkdtempSync(path.join(tmpdir(), 'holdfast-measure-'));
const program = spawn(process.execPath, [path.join(root, 'packages/server/bin/holdfast.js'), 'start'], {
  env: {
    PATH: process.env.PATH,
    PORT: '0',
    DEMO_ORDERS: 'false',
    DATA_DIR: data,
    MAX_UNPAID_ORDERS: '10000',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise((resolve, reject) => {
  let printed = '';
  program.stdout.on('data', (text) => {
    printed += text;
    const found = /GraphQL +(\S+)/.exec(printed)?.[1];
    if (found !== undefined && printed.includes('Ctrl-C')) resolve(found);
  });
  program.on('close', () => reject(new Error('the program ended before it listened')));
});
const origin = new URL(url).origin;

async function ask(query, variables, token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data: answer, errors } = await response.json();
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return answer;
}

/** Orders until the tail has seen enough: each is some events. */
async function makeEvents(isEnough) {
  const login =
    'mutation { login(email: "customer@demo.example", password: "demo-customer") { ... on Session { accessToken } } }';
  const { login: session } = await ask(login);
  const place = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename } }';
  const shippingAddress = { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' };
  let n = 0;
  const worker = async () => {
    while (!(await isEnough())) {
      n += 1;
      const lines = [{ sku: 'OAK-TRAY', quantity: 1 }];
      // There is too little stock for all of them: an order that fails has events, too.
      const input = { idempotencyKey: `m${n}`, lines, shippingAddress, paymentMode: 'AUTOMATIC' };
      await ask(place, { input }, session.accessToken);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const atRank = (values, rank) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * rank))];

/** Notes paints and long tasks from the beginning of each page on. */
const observe = () => {
  window.measured = { lcp: 0, tasks: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.measured.lcp = entry.startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.measured.tasks.push(entry.startTime + entry.duration);
  }).observe({ type: 'longtask', buffered: true });
};

/** Interactive: the first product can be put in the basket, and no task of 50 ms or more is under way. */
async function measureVisit(browser) {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: 1280, height: 860 },
    locale: 'en-GB',
  });
  const page = await context.newPage();
  await page.addInitScript(observe);
  await page.goto('/');
  await page.getByRole('button', { name: 'Add to basket' }).first().waitFor();
  const usable = await page.evaluate(() => performance.now());
  await page.waitForTimeout(1_500);
  const { lcp, tasks } = await page.evaluate(() => window.measured);
  await context.close();
  return { lcp, interactive: Math.max(usable, ...tasks.filter((end) => end < usable + 1_000)) };
}

/** Scrolls through all rows for some seconds. Returns the times between frames, in milliseconds. */
const scrolled = (table, seconds) =>
  table.evaluate(
    (element, ms) =>
      new Promise((resolve) => {
        const frames = [];
        const begun = performance.now();
        let last = begun;
        const frame = (now) => {
          frames.push(now - last);
          last = now;
          const part = (now - begun) / ms;
          element.scrollTop = part * (element.scrollHeight - element.clientHeight);
          if (part < 1) requestAnimationFrame(frame);
          else resolve(frames.slice(2));
        };
        requestAnimationFrame(frame);
      }),
    seconds * 1_000,
  );

async function measureScroll(browser) {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: 1280, height: 860 },
    locale: 'en-GB',
  });
  const page = await context.newPage();
  await page.goto('/console/tail');
  await page.getByLabel('E-mail address').fill('operator@demo.example');
  await page.getByLabel('Password').fill('demo-operator');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Waiting for events …').waitFor();
  const table = page.getByRole('table', { name: 'Events' });
  const count = async () =>
    (await table.count()) === 0 ? 0 : Number(await table.getAttribute('aria-rowcount'));
  await makeEvents(async () => (await count()) >= rows);
  await page.getByRole('button', { name: 'Pause' }).click();
  const shown = await count();
  const tools = await context.newCDPSession(page);
  // Time of the processor, so that other programs on the machine do not count.
  await tools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async () => {
    const { metrics } = await tools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1_000;
  };
  const before = await worked();
  const frames = await scrolled(table, 5);
  const workPerFrame = ((await worked()) - before) / frames.length;
  await context.close();
  return { shown, frames, workPerFrame };
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
try {
  const seen = [];
  for (let n = 0; n < visits; n += 1) seen.push(await measureVisit(browser));
  const { shown, frames, workPerFrame } = await measureScroll(browser);
  const perSecond = (frames.length * 1_000) / frames.reduce((sum, ms) => sum + ms, 0);
  console.log(
    `machine: ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}; Chromium ${browser.version()}, headless; load ${loadavg()[0].toFixed(1)}`,
  );
  console.log(`storefront, median of ${visits} first visits:`);
  console.log(`  largest contentful paint  ${Math.round(median(seen.map(({ lcp }) => lcp)))} ms`);
  console.log(
    `  time to interactive       ${Math.round(median(seen.map(({ interactive }) => interactive)))} ms`,
  );
  console.log(`console, scrolling ${shown} rows of the live tail for 5 s:`);
  console.log(`  frames per second         ${perSecond.toFixed(1)}`);
  console.log(
    `  work per frame            ${workPerFrame.toFixed(1)} ms of the main thread's processor time`,
  );
  console.log(`  frame, 95th percentile    ${atRank(frames, 0.95).toFixed(1)} ms`);
  console.log(`  frame, longest            ${Math.max(...frames).toFixed(1)} ms`);
} finally {
  await browser.close();
  program.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
}
