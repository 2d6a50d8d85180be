// The moment at which a connection is told that its access has ended.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { sessionStream } from '@holdfast/accounts';
import { fakeEnvironment, recorder, type FakeEnvironment } from '@holdfast/testing';
import type { Feed } from '@holdfast/runtime';
import { watchAccess } from './access-watch.js';
import type { Viewer } from './viewer.js';

const ada: Viewer = {
  __typename: 'User',
  id: 'ada',
  email: 'ada@example.com',
  name: 'Ada',
  roles: ['CUSTOMER'],
  preferences: {},
  sessionId: 's1',
};
const revoked = { type: 'SessionRevoked', data: { reason: 'logged-out' } } as const;

let environment: FakeEnvironment;
let now: Viewer | null | Error;
let heard: unknown[];
let append: () => void;
let following: { readonly streams: unknown; readonly signal: AbortSignal } | null;
let stop: () => void;

beforeEach(() => {
  environment = fakeEnvironment();
  now = ada;
  heard = [];
  following = null;
  const feed: Feed = async function* ({ streams, signal }) {
    following = { streams, signal };
    const record = recorder();
    for (;;) {
      await new Promise<void>((resolve) => {
        append = resolve;
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
      if (signal.aborted) return;
      yield [record(sessionStream('s1'), revoked)];
    }
  };
  stop = watchAccess(ada, -1, {
    feed,
    scheduler: environment.scheduler,
    viewerNow: () => (now instanceof Error ? Promise.reject(now) : Promise.resolve(now)),
    ended: () => heard.push('ended'),
    failed: (error) => heard.push(error),
  });
});

describe('access that is watched', () => {
  test('ends with the event that ends it, before any time has passed', async () => {
    now = null;
    append();
    await environment.advance(0);
    expect(heard).toEqual(['ended']);
    expect(environment.armed()).toBe(0);
  });

  test('goes on after an event that ends nothing', async () => {
    append();
    await environment.advance(0);
    append();
    await environment.advance(60_000);
    expect(heard).toEqual([]);
  });

  test('ends when its time is over, without an event, and reports it once', async () => {
    now = null;
    await environment.advance(60_000);
    expect(heard).toEqual(['ended']);
    expect(following?.signal.aborted).toBe(true);
  });

  test('that can’t be looked up ends the watch with the error', async () => {
    now = new Error('the store does not answer');
    await environment.advance(60_000);
    expect(heard).toEqual([now]);
  });

  test('is watched no more once its connection is gone', async () => {
    stop();
    now = null;
    await environment.advance(60_000);
    expect(heard).toEqual([]);
    expect(environment.armed()).toBe(0);
    expect(following?.signal.aborted).toBe(true);
  });
});
