// The whole program and a browser, begun once for all tests of a file, for specs of pages.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { missingForPages, openBrowser, visit, type Visitor } from './browser.js';
import { startProgram, type Program } from './program.js';

/** A browser starts slowly on a busy machine. */
export const pageTestMs = 180_000;

export type Pages = {
  /** Jest's `describe`, or one that skips where no browser is there. */
  readonly describe: typeof describe | typeof describe.skip;
  /** of GraphQL */
  url(): string;
  origin(): string;
  /** A browser of a new visitor: after its test it is closed, and must not have complained of anything. */
  visitor(): Promise<Visitor>;
  /** Kills the program. */
  kill(): Promise<void>;
  /** Starts it again where it was, on the same folder. */
  startAgain(): Promise<void>;
};

/** `name` is of the folder, `subject` is what is skipped without a browser. */
export function usePages(
  name: string,
  subject: string,
  environment: Readonly<Record<string, string>> = {},
): Pages {
  const missing = missingForPages();
  if (missing !== null) console.warn(`SKIPPED: ${subject} in a browser, for ${missing}`);
  let directory: string;
  let program: Program;
  let browser: Browser;
  let visitors: Visitor[] = [];
  beforeAll(async () => {
    if (missing !== null) return;
    directory = await mkdtemp(join(tmpdir(), `holdfast-${name}-`));
    browser = await openBrowser();
    program = await startProgram({ DATA_DIR: directory, ...environment });
  }, pageTestMs);
  afterEach(async () => {
    const complaints = visitors.flatMap((visitor) => visitor.complaints);
    await Promise.all(visitors.map(({ context }) => context.close()));
    visitors = [];
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    if (missing !== null) return;
    await browser.close();
    await program.kill();
    await rm(directory, { recursive: true });
  }, pageTestMs);
  const origin = (): string => new URL(program.url).origin;
  return {
    describe: missing === null ? describe : describe.skip,
    url: () => program.url,
    origin,
    async visitor() {
      const visitor = await visit(browser, origin());
      visitors.push(visitor);
      return visitor;
    },
    kill: () => program.kill(),
    async startAgain() {
      const { port } = new URL(program.url);
      program = await startProgram({ DATA_DIR: directory, ...environment, PORT: port });
    },
  };
}
