// The assertions at the end of a simulated run, made from the log, the books of the gateway and the read models.
import { isDeepStrictEqual } from 'node:util';
import { reconcile } from '@holdfast/api';
import type { RecordedEvent } from '@holdfast/kernel';
import { order, orderStream, orderTotal, unitsBySku, unitsOf, type OrderState } from '@holdfast/ordering';
import { depositPaidBy, paymentOfReference } from '@holdfast/payments';
import { projections } from '@holdfast/projections';
import { MemoryCommits, openMemoryReadStore } from '@holdfast/read-store';
import { startProjections } from '@holdfast/runtime';
import type { Engine } from '../../engine.js';
import { cardsOf } from '../../payments/webhooks.js';
import { brokenLog } from '../broken-log.js';
import { refundedOf, type Outside } from './outside.js';
import type { Machine } from './machine.js';
import type { People } from './people.js';
import type { World } from './world.js';

export type Parts = {
  readonly world: World;
  readonly machine: Machine;
  readonly outside: Outside;
  readonly people: People;
  readonly engine: Engine;
};

const resting = new Set(['NOT_PLACED', 'CONFIRMED', 'DELIVERED', 'FAILED', 'CANCELLED']);

/** Returns the reasons why the shop is not at rest; empty when it is. */
export async function unrest({ people, engine, machine }: Parts): Promise<readonly string[]> {
  const found: string[] = [...machine.errors.map(String)];
  for (const { orderId } of people.placed) {
    const { state } = await engine.commands.load(order, orderStream(orderId));
    if (!resting.has(state.status)) found.push(`${orderId} is ${state.status}`);
  }
  for (const { name, live } of engine.processes)
    if (live() > 0) found.push(`${name} has ${live()} under way`);
  return found;
}

/** All broken promises of a shop at rest. */
export async function brokenPromises(parts: Parts): Promise<readonly string[]> {
  const { people, engine, machine, outside } = parts;
  const events = await engine.store.readAll();
  const current = outside.gateway(machine.running?.life ?? parts.world.life());
  const cards = cardsOf({ ...engine, gateways: { current, former: null } });
  const { checks } = await reconcile({ ...engine, cards });
  return [
    ...people.complaints,
    ...checks
      .filter(({ ok }) => !ok)
      .map(({ name, expected, actual }) => `${name}: expected ${expected}, is ${actual}`),
    ...forgotten(people, events),
    ...brokenLog(events),
    ...(await wrongCharges(parts)),
    ...(await wrongReturns(parts)),
    ...(await differingModels(parts)),
  ];
}

/** Everything that was acknowledged is in the log. */
function forgotten({ answers }: People, events: readonly RecordedEvent[]): readonly string[] {
  const ids = new Map(events.map(({ stream, revision, id }) => [`${stream}@${revision}`, id]));
  return [...answers]
    .filter(([, { stream, revision, eventId }]) => ids.get(`${stream}@${revision}`) !== eventId)
    .map(([id, { stream, revision }]) => `${id} was acknowledged, and its ${stream}@${revision} is lost`);
}

/** No double or wrong charges: for a settled card order the gateway keeps the total less the refunds. */
async function wrongCharges({ people, engine, outside }: Parts): Promise<readonly string[]> {
  const kept = new Map<string, number>();
  for (const payment of outside.books.all()) {
    const id = paymentOfReference(payment.reference);
    if (id === null || depositPaidBy(id) !== null) continue;
    if (payment.status === 'authorized') kept.set(`${id.orderId} holds`, payment.amount.minor);
    const net = payment.captured.minor - refundedOf(payment).minor;
    kept.set(id.orderId, (kept.get(id.orderId) ?? 0) + net);
  }
  const wrong = [...kept].filter(([id, minor]) => id.endsWith(' holds') && minor > 0).map(([id]) => id);
  for (const { orderId, data } of people.placed) {
    const { state } = await engine.commands.load(order, orderStream(orderId));
    const expected = data.paymentMethod === 'CARD' ? owed(state) : 0;
    const actual = kept.get(orderId) ?? 0;
    if (actual !== expected)
      wrong.push(`${orderId} is ${state.status}: the gateway keeps ${actual} instead of ${expected}`);
  }
  return wrong;
}

function owed(state: OrderState): number {
  if (!('invoiceNumber' in state)) return 0;
  const back = state.givenBack.refunds
    .filter(({ is }) => is === 'made')
    .reduce((sum, r) => sum + r.amount.minor, 0);
  return orderTotal(state.placed.lines).minor - back;
}

/** No more units come back, or are still to come back, than were sold. */
async function wrongReturns({ people, engine }: Parts): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { orderId } of people.placed) {
    const { state } = await engine.commands.load(order, orderStream(orderId));
    if (!('invoiceNumber' in state)) continue;
    const { returned, requests } = state.givenBack;
    for (const { sku, quantity } of unitsBySku(state.placed.lines)) {
      const open = unitsOf(
        requests.flatMap((request) => request.open),
        sku,
      );
      const back = returned.get(sku) ?? 0;
      if (back + open > quantity)
        wrong.push(`${orderId}: ${back} + ${open} of ${sku} go back, of ${quantity}`);
    }
  }
  return wrong;
}

/** Every read model equals one that is built from the whole log. */
async function differingModels({ engine, machine }: Parts): Promise<readonly string[]> {
  const commits = new MemoryCommits();
  const environment = machine.running?.life.environment ?? engine.environment;
  const anew = await startProjections({
    ...{ store: engine.store, readStore: openMemoryReadStore({ commits }), projections, environment },
    onError: () => undefined,
  });
  const { written } = await engine.store.end();
  for (const { name } of projections)
    for (const side of [anew, engine.projections])
      if (!(await side.reached(name, written, 3_600_000)))
        return [`${name} has not reached the end of the log`];
  const differing: string[] = [];
  for (const { name, collections = {} } of projections)
    for (const collection of [name, ...Object.keys(collections)]) {
      const [built, kept] = [documentsOf(commits, collection), documentsOf(machine.commits, collection)];
      if (built === null) differing.push(`${collection} was not built`);
      if (!isDeepStrictEqual(built, kept)) differing.push(`${collection} differs from a replay`);
    }
  return differing;
}

/** The documents of a collection's only generation. */
function documentsOf({ now }: MemoryCommits, collection: string): ReadonlyMap<string, unknown> | null {
  for (const [name, { documents }] of now.collections) {
    if (name !== collection && !name.startsWith(`${collection}@`)) continue;
    return new Map(
      [...documents].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, text]) => [id, JSON.parse(text)]),
    );
  }
  return null;
}
