// Live updates over a connection that breaks in every way.
import { describe, expect, test } from '@jest/globals';
import { fakeSurroundings } from '../../test/fake-surroundings.js';
import { backoffMs, cursorOf, live, type Link, type LiveResult, type LiveState } from './live.js';

const query = 'subscription ($id: ID!, $after: Cursor) { orderUpdated(id: $id, after: $after) { cursor } }';
const update = (cursor: string): LiveResult => ({ data: { orderUpdated: { cursor } } });
const error = (code: string, retryable = false): LiveResult => ({
  data: null,
  errors: [{ message: code, extensions: { code, retryable } }],
});

type Sink = Parameters<Link['subscribe']>[1];

/** A link to a server that the spec plays. */
function scene(text = query) {
  const surroundings = fakeSurroundings();
  const opened: { readonly variables: object | undefined; readonly sink: Sink; left: boolean }[] = [];
  const link: Link = {
    subscribe({ variables }, sink) {
      const subscription = { variables, sink, left: false };
      opened.push(subscription);
      return () => {
        subscription.left = true;
      };
    },
  };
  const got: unknown[] = [];
  const states: LiveState[] = [];
  const refusals: string[] = [];
  const close = live(
    link,
    { query: text, variables: { id: 'o' } },
    {
      next: (data) => got.push(cursorOf(data)),
      refused: (message) => refusals.push(message),
      state: (state) => states.push(state),
    },
    surroundings,
  );
  const server = () => {
    const last = opened.at(-1);
    if (last === undefined) throw new Error('nothing subscribed');
    return last;
  };
  return { surroundings, opened, got, states, refusals, close, server };
}

describe('when the connection is lost', () => {
  test('subscribes again after the last cursor, once the wait is over', () => {
    const { server, surroundings, opened, got, states } = scene();
    expect(server().variables).toEqual({ id: 'o' });
    server().sink.next(update('a'));
    server().sink.next(update('b'));
    server().sink.error(new Error('socket closed'));
    expect(opened).toHaveLength(1);
    surroundings.pass();
    expect(server().variables).toEqual({ id: 'o', after: 'b' });
    server().sink.next(update('c'));
    expect(got).toEqual(['a', 'b', 'c']);
    expect(states).toEqual(['connecting', 'live', 'live', 'waiting', 'connecting', 'live']);
  });

  test('shows an update once that the server sends twice', () => {
    const { server, surroundings, got } = scene();
    server().sink.next(update('a'));
    server().sink.error(new Error('socket closed'));
    surroundings.pass();
    server().sink.next(update('a'));
    server().sink.next(update('b'));
    expect(got).toEqual(['a', 'b']);
  });

  test('gets nothing more from the old connection', () => {
    const { server, surroundings, got, opened } = scene();
    const first = server();
    first.sink.error(new Error('socket closed'));
    first.sink.next(update('too late'));
    surroundings.pass();
    first.sink.next(update('much too late'));
    first.sink.complete();
    expect(got).toEqual([]);
    expect(opened).toHaveLength(2);
  });

  test('waits longer after each failure, and starts over when an update has come', () => {
    const { server, surroundings } = scene();
    const waits: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      server().sink.error(new Error('no server'));
      waits.push(...surroundings.waits());
      surroundings.pass();
    }
    server().sink.next(update('a'));
    server().sink.error(new Error('no server'));
    waits.push(...surroundings.waits());
    expect(waits).toEqual([400, 800, 1600, 3200, 400]);
  });

  test('tries at once when the browser is online again, or the page is seen again', () => {
    const { server, surroundings, opened } = scene();
    server().sink.error(new Error('no network'));
    surroundings.wake();
    expect(opened).toHaveLength(2);
    expect(surroundings.waits()).toEqual([]);
    surroundings.wake();
    expect(opened).toHaveLength(2);
  });

  test('a subscription without a cursor begins anew', () => {
    const { server, surroundings } = scene('subscription { eventParked { id } }');
    server().sink.next({ data: { eventParked: { id: '1' } } });
    server().sink.next({ data: { eventParked: { id: '2' } } });
    server().sink.error(new Error('socket closed'));
    surroundings.pass();
    expect(server().variables).toEqual({ id: 'o' });
  });
});

describe('when the server ends it', () => {
  test('subscribes again', () => {
    const { server, surroundings, opened } = scene();
    server().sink.next(update('a'));
    server().sink.complete();
    surroundings.pass();
    expect(opened[1]?.variables).toEqual({ id: 'o', after: 'a' });
  });

  test.each([
    ['SERVICE_UNAVAILABLE', true],
    ['RESUME_FROM_CURSOR', true],
    ['RATE_LIMITED', true],
    ['INTERNAL_SERVER_ERROR', false],
  ])('with %s, tries again', (code, retryable) => {
    const { server, surroundings, refusals, opened } = scene();
    server().sink.next(update('a'));
    server().sink.next(error(code, retryable));
    expect(opened[0]?.left).toBe(true);
    surroundings.pass();
    expect(server().variables).toEqual({ id: 'o', after: 'a' });
    expect(refusals).toEqual([]);
  });

  test('because the cursor is too old, begins with the present state', () => {
    const { server, surroundings, got } = scene();
    server().sink.next(update('a'));
    server().sink.next(error('CURSOR_TOO_OLD'));
    surroundings.pass();
    expect(server().variables).toEqual({ id: 'o' });
    server().sink.next(update('a'));
    expect(got).toEqual(['a', 'a']);
  });

  test('for good, reports the reason and does not subscribe again', () => {
    const { server, surroundings, refusals, opened } = scene();
    server().sink.next(error('FORBIDDEN'));
    surroundings.pass();
    surroundings.wake();
    expect(refusals).toEqual(['FORBIDDEN']);
    expect(opened).toHaveLength(1);
  });

  test('because the token is refused, tries with a fresh one, a limited number of times', () => {
    const { server, surroundings, refusals, opened } = scene();
    for (let n = 0; n < 5; n += 1) {
      server().sink.error([{ message: 'who?', extensions: { code: 'UNAUTHENTICATED' } }]);
      surroundings.pass();
    }
    expect(opened).toHaveLength(3);
    expect(refusals).toEqual(['who?']);
  });
});

test('after it was closed, no update comes and no attempt is made', () => {
  const { server, surroundings, got, opened, close } = scene();
  server().sink.error(new Error('socket closed'));
  close();
  surroundings.pass();
  surroundings.wake();
  expect(opened).toHaveLength(1);
  expect(opened[0]?.left).toBe(true);
  expect(got).toEqual([]);
});

test.each([
  [1, 0, 200],
  [1, 1, 400],
  [20, 0, 10_000],
  [20, 1, 20_000],
])('the wait after %s failures, by chance %s, is %s ms', (failures, random, ms) => {
  expect(backoffMs(failures, random)).toBe(ms);
});
