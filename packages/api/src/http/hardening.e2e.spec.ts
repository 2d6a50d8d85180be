// Operations that ask too much, and responses that reveal nothing.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRig, type Rig } from '../test/rig.js';

let rig: Rig;

beforeAll(async () => {
  rig = await startRig({ production: true });
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

describe('an operation that asks too much', () => {
  const refused = async (query: string): Promise<string> => {
    const { errors, data } = await rig.ask(query);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions.correlationId).toEqual(expect.any(String));
    return errors?.[0]?.message ?? '';
  };

  test('is refused for its depth', async () => {
    const { errors } = await rig.ask(`{ me ${'{ orders { nodes '.repeat(10)} { id } ${'} }'.repeat(10)} }`);
    expect(errors?.map(({ message }) => message).join()).toMatch(/depth/i);
  });

  test('is refused for its aliases', async () => {
    const aliases = Array.from({ length: 40 }, (_, n) => `a${n}: me { id }`).join(' ');
    expect(await refused(`{ ${aliases} }`)).toMatch(/alias/i);
  });

  test('is refused for fragments that spread each other', async () => {
    const started = performance.now();
    await refused('query { me { ...a } } fragment a on User { ...b } fragment b on User { ...a }');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test('is refused for the size of its pages, multiplied out with the variables', async () => {
    const pages = Array.from(
      { length: 30 },
      (_, n) => `p${n}: products(first: $n) { nodes { stock { movements(first: $n) { nodes { id } } } } }`,
    );
    const query = `query ($n: Int! = 100) { ${pages.join(' ')} }`;
    expect(await refused(query)).toMatch(/asks for up to \d+ fields, of at most 50000/);
    const { errors } = await rig.ask(query, { n: 1 });
    expect(errors).toBeUndefined();
  });

  test('is refused for its length in tokens', async () => {
    await refused(`{ ${'me { id } '.repeat(2_000)} }`);
  });

  test('is refused for its bytes', async () => {
    const response = await fetch(rig.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ me { id } }', variables: { x: 'x'.repeat(300 * 1024) } }),
    });
    expect(response.status).toBe(413);
  });

  test('is refused in a batch', async () => {
    const response = await fetch(rig.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ query: '{ me { id } }' }, { query: '{ me { id } }' }]),
    });
    expect(response.status).toBe(400);
  });
});

describe('responses', () => {
  test('in production reveal nothing about the schema', async () => {
    const { data, errors = [] } = await rig.ask('{ __schema { types { name } } }');
    expect(data).toBeUndefined();
    expect(errors[0]?.message).toMatch(/introspection/i);
    expect(errors.map(({ message }) => message).join(' ')).not.toMatch(/apollo/i);
    const mistyped = await rig.ask('{ producs { nodes { sku } } }');
    expect(mistyped.errors?.[0]?.message).not.toMatch(/did you mean/i);
  });

  test('in production show the schema to staff alone, where the console has a page for queries', async () => {
    const url = (await rig.open({ production: true, consoleApi: true })).url();
    const staff = await rig.staff('SUPPORT');
    const customer = await rig.customer();
    const query = '{ __schema { queryType { name } } }';
    expect((await rig.ask(query, {}, staff, url)).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
    for (const token of [customer.token, undefined]) {
      const { data, errors = [] } = await rig.ask(query, {}, token, url);
      expect(data).toBeUndefined();
      expect(errors[0]?.message).toMatch(/introspection/i);
    }
    const { errors } = await rig.ask(query, {}, staff);
    expect(errors?.[0]?.message).toMatch(/introspection/i);
  });

  test('have headers that forbid framing, guessing of types and caching', async () => {
    const { headers } = await fetch(new URL('/health/live', rig.url));
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('refer subscriptions to WebSocket', async () => {
    const { errors } = await rig.ask('subscription { stockChanged { cursor } }');
    expect(errors?.[0]).toMatchObject({
      message: 'subscriptions are for WebSocket',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test.each([
    ['text/plain', '{"query":"{me{id}}"}'],
    ['application/x-www-form-urlencoded', 'query={me{id}}'],
    ['multipart/form-data; boundary=x', '--x\r\n\r\n{me{id}}\r\n--x--'],
  ])('never come to a form of another site, which sends %s', async (type, body) => {
    const form = await fetch(rig.url, { method: 'POST', headers: { 'content-type': type }, body });
    expect(form.ok).toBe(false);
  });

  test('come to a query by GET, and never to a mutation', async () => {
    const read = await fetch(`${rig.url}?query={me{id}}`);
    expect(await read.json()).toEqual({ data: { me: null } });
    const mutation = await fetch(`${rig.url}?query=mutation{logout}`);
    expect(mutation.status).toBe(405);
  });

  test('show whether the program lives and is ready', async () => {
    for (const health of ['/health/live', '/health/ready']) {
      const response = await fetch(new URL(health, rig.url));
      expect([response.status, await response.json()]).toMatchObject([200, { status: 'ok' }]);
    }
    expect(await (await fetch(new URL('/', rig.url))).text()).toContain('/graphql');
  });
});
