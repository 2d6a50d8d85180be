// Telemetry of the real program: its metrics, its log, and an order's trace in a collector.
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { ask, signIn, usePrograms } from './test/program.js';

const programs = usePrograms('telemetry');
const { start } = programs;

const customer = ['customer@demo.example', 'demo-customer'] as const;
const shippingAddress = {
  name: 'Beatrix Buyer',
  line1: '17 Secret Street',
  city: 'Utrecht',
  postalCode: '3511',
  country: 'NL',
};

type Placed = { readonly placeOrder: { readonly order: { readonly id: string; readonly status: string } } };

async function place(url: string, token: string, more: object = {}): Promise<string> {
  const { placeOrder } = await ask<Placed>(
    url,
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) { ... on OrderSuccess { order { id status } } }
    }`,
    {
      input: {
        idempotencyKey: 'one',
        lines: [{ sku: 'OAK-LAMP', quantity: 1 }],
        paymentMode: 'AUTOMATIC',
        waitFor: 'CONFIRMED',
        shippingAddress,
        ...more,
      },
    },
    token,
  );
  return placeOrder.order.id;
}

const get = (url: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(new URL(path, url), { headers });
const metrics = async (url: string): Promise<string> => (await get(url, '/metrics')).text();

/** Values of a metric by its labels, as they are printed. */
const values = (text: string, name: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...text.matchAll(new RegExp(`^${name}(?:\\{([^}]*)\\})? (\\S+)$`, 'gm'))].map(
      ([, labels = '', value]) => [labels, Number(value)],
    ),
  );

describe('metrics', () => {
  test('have orders by status, latencies, lag, parked events and retries, and the orders after a restart as well', async () => {
    const first = await start();
    const token = await signIn(first.url, ...customer);
    await place(first.url, token);
    await place(first.url, token, {
      idempotencyKey: 'two',
      waitFor: 'RESERVED',
      paymentMode: 'ON_CONFIRMATION',
    });
    const orders = { 'status="CONFIRMED"': 1, 'status="RESERVED"': 1, 'status="FAILED"': 0 };
    const text = await eventually(async () => {
      const found = await metrics(first.url);
      expect(values(found, 'holdfast_orders')).toMatchObject(orders);
      expect(Math.max(...Object.values(values(found, 'holdfast_subscription_lag_events')))).toBe(0);
      return found;
    });
    expect(values(text, 'holdfast_command_duration_seconds_count')).toMatchObject({
      'command="PlaceOrder",outcome="ok"': 2,
      'command="HoldFunds",outcome="ok"': 1,
    });
    expect(values(text, 'holdfast_command_duration_seconds_bucket')).toMatchObject({
      'le="+Inf",command="PlaceOrder",outcome="ok"': 2,
    });
    expect(values(text, 'holdfast_operation_duration_seconds_count')).toMatchObject({
      'operation="placeOrder",outcome="ok"': 2,
      'operation="login",outcome="ok"': 1,
    });
    for (const name of ['holdfast_append_duration_seconds_count', 'holdfast_sync_duration_seconds_count'])
      expect(values(text, name)['']).toBeGreaterThan(2);
    for (const name of ['holdfast_subscription_lag_events', 'holdfast_parked_events'])
      expect(values(text, name)).toMatchObject({
        'consumer="process-checkout"': 0,
        'consumer="order-summary"': 0,
      });
    expect(values(text, 'holdfast_retries_total')).toMatchObject({ 'reason="event_store"': 0 });
    expect(values(text, 'holdfast_ready')).toEqual({
      'check="eventStore"': 1,
      'check="readStore"': 1,
      'check="projections"': 1,
      'check="process"': 1,
    });
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \S+$/m);
    expect(text).toMatch(/^process_cpu_seconds_total \S+$/m);
    // Every metric that docs/operations.md names is there.
    const page = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    for (const [name] of page.matchAll(/\b(?:holdfast|nodejs|process)_\w*[a-z]\b/g))
      expect(text).toContain(name);
    // No name, address or id of a person is part of a series.
    expect(text).not.toMatch(/demo\.example|Beatrix|[0-9a-f]{32}/);

    expect(await first.stop()).toBe(0);
    const second = await start();
    expect(values(await metrics(second.url), 'holdfast_orders')).toMatchObject(orders);
  }, 30_000);

  test('have one series for all operations that are not in the schema', async () => {
    const { url } = await start();
    const made = (name: string) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `query ${name} { ${name}: ${name} }`, operationName: name }),
      });
    await made('madeUpA');
    await made('madeUpB');
    const text = await metrics(url);
    expect(text).not.toContain('madeUp');
    expect(
      values(text, 'holdfast_operation_duration_seconds_count')['operation="other",outcome="BAD_USER_INPUT"'],
    ).toBe(2);
  });

  test('need the token when one is set, and are hidden without a token on a public address', async () => {
    const { url } = await start({ METRICS_TOKEN: 'a token for the scraper' });
    expect((await get(url, '/metrics')).status).toBe(404);
    expect((await get(url, '/metrics', { authorization: 'Bearer another' })).status).toBe(404);
    const allowed = await get(url, '/metrics', { authorization: 'Bearer a token for the scraper' });
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });
});

describe('the log', () => {
  test('has a line for each operation and command with its correlation id, and no secret', async () => {
    const secrets = [
      'hunter2-hunter2',
      'wrong-password-1',
      'b@secrets.example',
      '17 Secret Street',
      'Beatrix',
    ];
    const program = await start({ LOG_LEVEL: 'trace' });
    const { url } = program;
    const { register } = await ask<{ readonly register: { accessToken: string; refreshToken: string } }>(
      url,
      `mutation ($email: String!, $password: String!) {
        register(email: $email, password: $password, name: "Beatrix") { ... on Session { accessToken refreshToken } }
      }`,
      { email: 'b@secrets.example', password: 'hunter2-hunter2' },
    );
    const { accessToken, refreshToken } = register;
    await ask(
      url,
      'mutation { login(email: "b@secrets.example", password: "wrong-password-1") { __typename } }',
    );
    const orderId = await place(url, await signIn(url, ...customer));
    await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${accessToken}`,
        cookie: 'session=cookie-of-a-caller',
      },
      body: JSON.stringify({
        query: `mutation { refreshSession(refreshToken: "${refreshToken}") { nonsense } }`,
      }),
    });
    const printed = await eventually(() => {
      expect(program.output()).toContain('BAD_USER_INPUT');
      return program.output();
    });
    const lines = printed
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({ operation: 'placeOrder', outcome: 'ok', ms: expect.any(Number) }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ command: 'PlaceOrder', correlationId: orderId, repeated: false }),
    );
    for (const line of lines)
      if ('operation' in line || 'command' in line) expect(line).toHaveProperty('correlationId');
    for (const secret of [...secrets, 'cookie-of-a-caller', accessToken, refreshToken])
      expect(lines.map((line) => JSON.stringify(line)).join('\n')).not.toContain(secret);
  });
});

// --- traces -----------------------------------------------------------------------------------------------------

type Span = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly part: string;
};

/** A minimal OpenTelemetry collector that stores what it receives: OTLP over HTTP, as JSON. */
async function startCollector(): Promise<{ readonly url: string; readonly spans: Span[]; stop(): void }> {
  const spans: Span[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      type Scoped = { readonly scope: { readonly name: string }; readonly spans: readonly Span[] };
      const { resourceSpans } = JSON.parse(body) as {
        readonly resourceSpans: readonly { readonly scopeSpans: readonly Scoped[] }[];
      };
      if (request.url === '/v1/traces')
        for (const { scopeSpans } of resourceSpans)
          for (const { scope, spans: sent } of scopeSpans)
            for (const span of sent) spans.push({ ...span, part: scope.name });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** an address on which nothing listens */
const nobody = 'http://127.0.0.1:9';

/** The URLs of all modules that the program loads until it stops: V8 lists them in its coverage, which Node writes at the end. */
async function loadedModules(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const coverage = await mkdtemp(join(programs.directory, 'coverage-'));
  const program = await start({ ...environment, NODE_V8_COVERAGE: coverage });
  await program.stop();
  const files = (await readdir(coverage)).map((file) => readFile(join(coverage, file), 'utf8'));
  const scripts = (await Promise.all(files)).flatMap((text) => (JSON.parse(text) as Coverage).result);
  expect(scripts.length).toBeGreaterThan(100);
  return scripts.map(({ url }) => url).join('\n');
}

type Coverage = { readonly result: readonly { readonly url: string }[] };

describe('traces', () => {
  test('follow one order through API, process and projections, from each cause to its effects', async () => {
    const collector = await startCollector();
    const program = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const token = await signIn(program.url, ...customer);
    const orderId = await place(program.url, token);
    // The mutation returns once the order has been projected.
    await ask(program.url, '{ orders(first: 1) { nodes { id } } }', {}, token);
    expect(await program.stop()).toBe(0);
    collector.stop();

    const trace = collector.spans.filter(({ traceId }) => traceId === orderId);
    const root = trace.filter(({ parentSpanId = '' }) => parentSpanId === '');
    expect(root).toMatchObject([{ part: 'holdfast.api', name: 'mutation placeOrder' }]);
    expect(new Set(trace.map(({ part }) => part))).toEqual(
      new Set(['holdfast.api', 'holdfast.process', 'holdfast.projections']),
    );
    /** Names from a span up to the root. */
    const path = ({ name, parentSpanId }: Span): readonly string[] => {
      const parent = trace.find(({ spanId }) => spanId === parentSpanId);
      return parent === undefined ? [name] : [name, ...path(parent)];
    };
    const holding = trace.find(({ name }) => name === 'command HoldFunds');
    expect(holding === undefined ? [] : path(holding)).toEqual(
      expect.arrayContaining([
        'command HoldFunds',
        'command ReserveStock',
        'command PlaceOrder',
        'mutation placeOrder',
      ]),
    );
    const projected = trace.filter(({ name }) => name === 'project');
    expect(projected.map((span) => path(span).at(-1))).toEqual(projected.map(() => 'mutation placeOrder'));
  });

  test('without a collector cost nothing: their code is not even loaded', async () => {
    const exporter = 'exporter-trace-otlp-http';
    expect(await loadedModules()).not.toContain(exporter);
    expect(await loadedModules({ OTEL_EXPORTER_OTLP_ENDPOINT: nobody })).toContain(exporter);
  }, 120_000);

  test('when the collector refuses them, change nothing for the caller', async () => {
    const program = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: nobody });
    await place(program.url, await signIn(program.url, ...customer));
    expect((await get(program.url, '/health/ready')).status).toBe(200);
  });
});
