// A product and a browser, begun once for all tests of a file, for specs of pages.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import { createApi, type AnyProcess, type Api } from '@holdfast/api';
import { nodeEnvironment } from '@holdfast/runtime';
import { lastingPort } from '@holdfast/testing';
import type { Browser } from 'playwright-core';
import { openEngine, type Engine } from '../engine.js';
import { missingForPages, openBrowser, visit, type Look, type Visitor } from './browser.js';
import { startProgram, type Program } from './program.js';

/** A browser starts slowly on a busy machine. */
export const pageTestMs = 180_000;

type Browsing = {
  /** Jest's `describe`, or one that skips where no browser is there. */
  readonly describe: typeof describe | typeof describe.skip;
  /** A browser of a new visitor: after its test it is closed, and must not have complained of anything. */
  visitor(look?: Look): Promise<Visitor>;
};

/** `begin` starts what the browser visits and returns its origin; `end` stops it. Neither is called without a browser. */
function useBrowser(
  name: string,
  subject: string,
  begin: (directory: string) => Promise<string>,
  end: () => Promise<unknown>,
): Browsing {
  const missing = missingForPages();
  if (missing !== null) {
    console.warn(`SKIPPED: ${subject} in a browser, for ${missing}`);
    return { describe: describe.skip, visitor: () => Promise.reject(new Error(missing)) };
  }
  let directory: string;
  let browser: Browser;
  let origin: string;
  let visitors: Visitor[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), `holdfast-${name}-`));
    browser = await openBrowser();
    origin = await begin(directory);
  }, pageTestMs);
  afterEach(async () => {
    const complaints = visitors.flatMap((visitor) => visitor.complaints);
    await Promise.all(visitors.map(({ context }) => context.close()));
    visitors = [];
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await end();
    await rm(directory, { recursive: true });
  }, pageTestMs);
  return {
    describe,
    async visitor(look) {
      const visitor = await visit(browser, origin, look);
      visitors.push(visitor);
      return visitor;
    },
  };
}

export type Pages = Browsing & {
  /** of GraphQL */
  url(): string;
  /** of the event store, when `args` ask for one */
  eventStoreUrl(): string;
  /** Kills the program. */
  kill(): Promise<void>;
  /** Starts it again where it was, on the same folder. */
  startAgain(): Promise<void>;
};

/** Pages of the program, in a process of its own. `name` is of the folder, `subject` is what is skipped without a browser. */
export function usePages(
  name: string,
  subject: string,
  environment: Readonly<Record<string, string>> = {},
  args?: readonly string[],
): Pages {
  let folder: string;
  let program: Program;
  let ports: Readonly<Record<'PORT' | 'PAYMENT_GATEWAY_PORT', string>>;
  const start = async (): Promise<void> => {
    program = await startProgram({ DATA_DIR: folder, ...ports, ...environment }, args);
  };
  const begin = async (directory: string): Promise<string> => {
    folder = directory;
    const [port, gateway] = await Promise.all([lastingPort(), lastingPort()]);
    ports = { PORT: String(port), PAYMENT_GATEWAY_PORT: String(gateway) };
    await start();
    return new URL(url()).origin;
  };
  const printed = (label: string): string => new RegExp(`${label} +(\\S+)`).exec(program.output())?.[1] ?? '';
  const url = (): string => printed('GraphQL');
  return {
    ...useBrowser(name, subject, begin, () => program.kill()),
    url,
    eventStoreUrl: () => printed('EventStoreDB'),
    kill: () => program.kill(),
    startAgain: start,
  };
}

export type ProductPages = Browsing & { engine(): Engine };

export const operator = { email: 'operator@example.com', password: 'a password of specs' };

/**
 * Pages of a product in this process, with one operator, for specs that reach into it. `processes`: the program's unless
 * given.
 */
export function useProductPages(
  name: string,
  subject: string,
  processes?: readonly AnyProcess[],
): ProductPages {
  let engine: Engine;
  let api: Api;
  const ignored = (): void => undefined;
  const begin = async (dataDirectory: string): Promise<string> => {
    engine = await openEngine({
      ...{ dataDirectory, environment: nodeEnvironment(), ...timeouts, onError: ignored, onFatal: ignored },
      ...(processes !== undefined && { processes }),
    });
    const pages = fileURLToPath(new URL('../../../web/dist/site', import.meta.url));
    const jwtSecret = 'a secret of specs, 32 letters long';
    api = await createApi({
      ...engine,
      logger: { debug: ignored, info: ignored, warn: ignored, error: ignored },
      settings: { host: '127.0.0.1', port: 0, production: false, jwtSecret, pages },
    });
    await api.listen();
    await api.people.known.ensure({ ...operator, name: 'Operator', roles: ['OPERATOR'] });
    return new URL(api.pagesUrl() ?? '').origin;
  };
  const end = async (): Promise<void> => {
    await api.close();
    await engine.stop();
  };
  return { ...useBrowser(name, subject, begin, end), engine: () => engine };
}

export const timeouts = { reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 };
