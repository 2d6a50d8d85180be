// The pages of the storefront and the console beside the routes of the API.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRig, type Rig } from '../test/rig.js';
import { readPages } from './pages.js';

let rig: Rig;
let site: string;
const page = (name: string) =>
  `<!doctype html><title>${name}</title><meta name="holdfast-api" content="HOLDFAST_API"><script nonce="HOLDFAST_NONCE" src="/assets/a.js"></script>`;

beforeAll(async () => {
  site = await mkdtemp(path.join(tmpdir(), 'holdfast-pages-'));
  await mkdir(path.join(site, 'assets'));
  await mkdir(path.join(site, 'console'));
  await writeFile(path.join(site, 'index.html'), page('shop'));
  await writeFile(path.join(site, 'console', 'index.html'), page('console'));
  await writeFile(path.join(site, 'assets', 'a.js'), 'plain');
  await writeFile(path.join(site, 'assets', 'a.js.br'), 'compressed');
  await writeFile(path.join(site, 'assets', 'notes.txt'), 'nobody asked for these');
  rig = await startRig({ pages: site });
});
afterAll(async () => {
  await rig.stop();
  await rm(site, { recursive: true });
});

const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';
const get = async (route: string, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(new URL(route, rig.url), { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('a browser', () => {
  test.each([
    ['/', 'shop'],
    ['/basket', 'shop'],
    ['/payment', 'shop'],
    ['/order?orderId=4711', 'shop'],
    ['/orders', 'shop'],
    ['/products', 'shop'],
    ['/console', 'console'],
    ['/console/sagas?status=RUNNING', 'console'],
  ])('at %s gets the page of the %s', async (route, name) => {
    const { status, headers, text } = await get(route, { accept: browser });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain(`<title>${name}</title>`);
  });

  test('gets a page that runs no script but its own, and that no cache keeps', async () => {
    const first = await get('/', { accept: browser });
    const second = await get('/', { accept: browser });
    const nonceOf = ({ text }: typeof first) => /nonce="([^"]+)"/.exec(text)?.[1] ?? '';
    const policy = first.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src 'self' 'nonce-${nonceOf(first)}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(nonceOf(first)).not.toBe(nonceOf(second));
    expect(first.headers.get('cache-control')).toBe('no-store');
  });

  test.each(['/graphql', '/webhooks/card', '/metrics', '/health/ready', '/openapi.json', '/assets/none.js'])(
    'at %s gets no page',
    async (route) => {
      const { headers } = await get(route, { accept: browser });
      expect(headers.get('content-type')).not.toContain('text/html');
    },
  );
});

describe('the console', () => {
  const offered = async (at: string) => {
    const response = await fetch(new URL('/console', at), { headers: { accept: browser } });
    return /name="holdfast-api" content="([^"]*)"/.exec(await response.text())?.[1];
  };

  test('has a page for queries outside production, and in production only where a setting says so', async () => {
    expect(await offered(rig.url)).toBe('on');
    const opened = async (consoleApi?: boolean) =>
      rig.open({ production: true, pages: site, ...(consoleApi !== undefined && { consoleApi }) });
    expect(await offered((await opened()).url())).toBe('off');
    expect(await offered((await opened(true)).url())).toBe('on');
  });
});

describe('a program', () => {
  test.each(['/', '/payment', '/console'])('at %s gets the page too', async (route) => {
    expect((await get(route)).headers.get('content-type')).toContain('text/html');
  });

  test.each(['/order?orderId=4711', '/orders', '/products', '/nothing'])(
    'at %s gets no page',
    async (route) => {
      expect((await get(route)).headers.get('content-type')).not.toContain('text/html');
    },
  );
});

describe('a path that is a page and a route', () => {
  const preferred = 'application/json, text/html;q=0.5';
  test.each([
    ['/order?orderId=4711', 'application/json', 401],
    ['/order?orderId=4711', '*/*', 401],
    ['/order?orderId=4711', preferred, 401],
    ['/products', 'application/json', 200],
    ['/products', preferred, 200],
  ])('is JSON at %s for the header accept of %s', async (route, accept, expected) => {
    const { status, headers } = await get(route, { accept });
    expect(status).toBe(expected);
    expect(headers.get('content-type')).toMatch(/^application\/(problem\+)?json$/);
    expect(headers.get('vary')).toContain('accept');
  });

  test.each(['/order?orderId=4711', '/orders', '/products'])('tells caches of both at %s', async (route) => {
    expect((await get(route, { accept: browser })).headers.get('vary')).toBe('accept');
  });

  test.each(['/payment-success', '/payment-fail'])(
    'sends a browser from %s, where gateways send it back to, to the page of its order',
    async (route) => {
      const response = await fetch(new URL(`${route}?orderId=4711`, rig.url), {
        headers: { accept: browser },
        redirect: 'manual',
      });
      expect([response.status, response.headers.get('location')]).toEqual([303, '/order?orderId=4711']);
      const elsewhere = await get(`${route}?orderId=//elsewhere.example`, { accept: browser });
      expect(elsewhere.status).toBe(401);
    },
  );
});

describe('a file of the pages', () => {
  test('is cached without limit, since its name is derived from its content', async () => {
    const { headers, text } = await get('/assets/a.js', { 'accept-encoding': 'identity' });
    expect(text).toBe('plain');
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  test('is compressed for a client that accepts that', async () => {
    const compressed = await fetch(new URL('/assets/a.js', rig.url), {
      method: 'HEAD',
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect(compressed.headers.get('content-encoding')).toBe('br');
  });

  test.each(['/assets/notes.txt', '/assets/../index.html', '/assets/%2e%2e/index.html'])(
    'is not %s',
    async (route) => {
      expect((await get(route)).text).not.toMatch(/nobody asked|<title>/);
    },
  );
});

test('a folder without built pages has none', () => {
  expect(readPages(path.join(site, 'assets'))).toBeNull();
});
