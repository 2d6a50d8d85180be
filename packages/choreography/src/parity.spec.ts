// Every course of an order, with a central checkout and with the policies of the contexts: order, stock and money reach
// the same end, also when one message is lost, unanswered, late or repeated, or a process manager crashes after it.
import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import type { Coordination, OrderEvent } from '@holdfast/ordering';
import { commandFaults, inputFaults, gatewayFaults, type Fault } from './test/faults.js';
import { coordinations, orderId, stocked, type End, type Scenario } from './test/scenario.js';
import { cardScenarios, secondCards } from './test/scenarios-by-card.js';
import { walletScenarios } from './test/scenarios-by-wallet.js';
import { returned } from './test/scenarios-of-returns.js';
import { paidFirst } from './test/scenarios-paid-first.js';
import { unitPrice, type Purchase } from './test/purchase.js';
import { World, type WorldOptions } from './test/world.js';

const deposited = 1_000;
const defaultLines: Purchase['lines'] = [
  ['TEA', 2],
  ['CUP', 1],
];

function run(
  scenario: Scenario,
  coordination: Coordination,
  faults: ReadonlyMap<number, Fault> = new Map(),
): World {
  const { lines = defaultLines, paymentMode = 'AUTOMATIC', isFree, verdict, on, definition } = scenario;
  const { paymentMethod, cardToken } = scenario;
  const done = new Set<string>();
  const options: WorldOptions = {
    coordination,
    onHand: scenario.onHand ?? stocked,
    balance: scenario.balance ?? deposited,
    faults,
    ...(scenario.slow !== undefined && { slow: scenario.slow }),
    ships: scenario.returned !== undefined,
    react: ({ type, stream }) => {
      if (stream !== 'order-o1' || done.has(type)) return [];
      done.add(type);
      return on?.[type as OrderEvent['type']] ?? [];
    },
  };
  const world = new World(options);
  world.place({
    id: orderId,
    lines,
    paymentMode,
    ...(paymentMethod !== undefined && { paymentMethod }),
    ...(cardToken !== undefined && { cardToken }),
    ...(isFree !== undefined && { isFree }),
    ...(verdict !== undefined && { verdict }),
    ...(definition !== undefined && { definition }),
  });
  world.rest();
  world.passTime();
  return world;
}

function endOf(world: World): End {
  const order = world.order(orderId);
  return {
    status: order.status,
    reason: 'reason' in order ? order.reason : null,
    message: 'message' in order ? order.message : null,
    stock: { TEA: world.stock('TEA'), CUP: world.stock('CUP') },
    wallet: world.wallet(),
    cards: world.gateway.money(),
  };
}

/** The end that a scenario must reach, computed from the scenario alone. */
function expectedEnd(scenario: Scenario): Omit<End, 'message'> {
  const { lines = defaultLines, isFree = false, ends, reason = null } = scenario;
  const isDelivered = ends === 'DELIVERED';
  const isSold = ends === 'CONFIRMED' || isDelivered;
  /** bought, less what came back */
  const units = (sku: keyof typeof stocked): number =>
    lines.reduce((sum, [of, quantity]) => sum + (isSold && of === sku ? quantity : 0), 0) -
    (scenario.returned?.[sku] ?? 0);
  const price = isFree ? 0 : unitPrice * (units('TEA') + units('CUP'));
  const onHand = scenario.onHand ?? stocked;
  const stockOf = (sku: keyof typeof stocked): End['stock'][string] =>
    isDelivered
      ? { onHand: onHand[sku] - units(sku), reserved: 0 }
      : { onHand: onHand[sku], reserved: units(sku) };
  const isByCard = scenario.paymentMethod === 'CARD' && scenario.isPaidByWallet !== true;
  return {
    status: ends,
    reason,
    stock: { TEA: stockOf('TEA'), CUP: stockOf('CUP') },
    wallet: { balance: (scenario.balance ?? deposited) - (isByCard ? 0 : price), held: 0 },
    cards: { kept: isByCard ? price : 0, authorized: 0 },
  };
}

/** Faults of one message each. */
const singleFaults = ({ sorts }: World): readonly (readonly [number, Fault])[] =>
  sorts.flatMap((sort, n) => faultsOf[sort].map((fault) => [n, fault] as const));
const faultsOf = { command: commandFaults, input: inputFaults, gateway: gatewayFaults } as const;

describe.each([...walletScenarios, ...cardScenarios, ...secondCards, ...paidFirst, ...returned])(
  'when %s',
  (_, scenario) => {
    test('both kinds of coordination reach the end of the scenario', () => {
      const [orchestrated, choreographed] = coordinations.map((coordination) =>
        endOf(run(scenario, coordination)),
      );
      expect(orchestrated).toMatchObject(expectedEnd(scenario));
      expect(choreographed).toEqual(orchestrated);
      for (const coordination of coordinations)
        expect(run(scenario, coordination).elapsedMs()).toBeGreaterThanOrEqual(scenario.atLeastMs ?? 0);
    });

    test.each(coordinations)('%s › with any fault of one message, the end is the same', (coordination) => {
      const faultless = run(scenario, coordination);
      const end = endOf(faultless);
      assert.deepEqual(faultless.left(), []);
      for (const [n, fault] of singleFaults(faultless)) {
        const world = run(scenario, coordination, new Map([[n, fault]]));
        const label = `message ${n} ${fault}`;
        // Shortages are named in the order in which the answers came.
        assert.deepEqual({ ...endOf(world), message: end.message }, end, label);
        assert.deepEqual(world.left(), [], label);
        world.assertNothingNew();
      }
    });
  },
);
