// The pages of the storefront and the console: files built ahead, read once at start. Every page gets a nonce of its own, so
// that its content security policy needs no exception. Routes come first: a page never hides one.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Secrets } from '@holdfast/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { prefersHtml } from './accept.js';

/** Built pages have this placeholder. Each response replaces it with a nonce of its own. */
const noncePlaceholder = /HOLDFAST_NONCE/g;
/** Tells the console whether it has a page for queries: `on` or `off`. */
const apiPlaceholder = /HOLDFAST_API/;

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Paths of both a page and a route: a browser gets the page, a program the route. */
const shared = ['/', '/order', '/orders', '/products'];
/** Paths at which programs get the page, too. */
const pagesForAll = ['/', '/payment', '/console'];
/** No page is served below these, whether a route is there or not. */
const reserved = /^\/(graphql|webhooks|metrics|health|openapi\.json|assets|api)(\/|$)/;

type Asset = { readonly body: Buffer; readonly compressed: Buffer | null; readonly type: string };
export type Pages = {
  readonly shop: string;
  readonly console: string;
  readonly assets: ReadonlyMap<string, Asset>;
};

/** Reads the folder that the build of `packages/web` wrote. Null when nothing is built there. */
export function readPages(directory: string): Pages | null {
  let names: readonly string[];
  try {
    names = readdirSync(path.join(directory, 'assets'));
  } catch {
    // The pages are not built: the API runs without them.
    return null;
  }
  const at = (...parts: string[]): Buffer => readFileSync(path.join(directory, ...parts));
  const assets = new Map<string, Asset>();
  for (const name of names) {
    const type = types[path.extname(name)];
    if (type === undefined) continue;
    const compressed = names.includes(`${name}.br`) ? at('assets', `${name}.br`) : null;
    assets.set(`/assets/${name}`, { body: at('assets', name), compressed, type });
  }
  return {
    shop: at('index.html').toString(),
    console: at('console', 'index.html').toString(),
    assets,
  };
}

/** Serves the pages and their files ahead of every route that programs use. */
export function servePages(
  fastify: FastifyInstance,
  built: Pages,
  consoleApi: boolean,
  secrets: Secrets,
): void {
  const pages = { ...built, console: built.console.replace(apiPlaceholder, consoleApi ? 'on' : 'off') };
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      done();
      return;
    }
    const [route = '/'] = request.url.split('?');
    const asset = pages.assets.get(route);
    if (asset !== undefined) sendAsset(request, reply, asset);
    else if (isPage(route, request)) sendPage(reply, isConsole(route) ? pages.console : pages.shop, secrets);
    else done();
  });
}

const isConsole = (route: string): boolean => /^\/console(\/|$)/.test(route);

function isPage(route: string, request: FastifyRequest): boolean {
  if (reserved.test(route)) return false;
  if (pagesForAll.includes(route) || isConsole(route)) return true;
  return prefersHtml(request.headers.accept) && (request.is404 || shared.includes(route));
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, { body, compressed, type }: Asset): void {
  const accepts = /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
  const isCompressed = accepts && compressed !== null;
  void reply
    .headers({
      'content-type': type,
      // The name has a digest of the content.
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(isCompressed && { 'content-encoding': 'br' }),
    })
    .send(isCompressed ? compressed : body);
}

function sendPage(reply: FastifyReply, page: string, secrets: Secrets): void {
  const nonce = Buffer.from(secrets.bytes(16)).toString('base64');
  void reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policyWith(nonce),
      'cache-control': 'no-store',
      vary: 'accept',
    })
    .send(page.replace(noncePlaceholder, nonce));
}

/** The browser runs only scripts of the page itself, and connects only to this origin. */
const policyWith = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
