// The fulfilment with the real orders, stock, wallets, shipments and tracking numbers, under every kind of fault
// between them: commands lost, repeated or applied without an answer, repeated inputs, crashes, customers that cancel
// while the warehouse ships, carriers that scan in any order, refunds and returns at any time. At rest stock and money
// must add up.
import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { fulfilment, type FulfilmentEvent, type FulfilmentState } from './index.js';
import { simulate } from './test/model/chaos.js';
import { setups, tapes, type Setup } from './test/model/setups.js';
import type { Process } from './test/model/world.js';

const holds = (manager: Process): fc.IPropertyWithHooks<[Setup, number[]]> =>
  fc.property(setups, tapes, (setup, tape) => {
    simulate(manager, setup, tape);
  });

describe('under chaos', () => {
  test('when every kind of fault occurs › order, stock and money agree', () => {
    fc.assert(holds(fulfilment), { numRuns: 1500 });
  });
});

describe('the model sees a planted bug', () => {
  const deciding = (
    change: (decision: FulfilmentEvent, state: FulfilmentState) => readonly FulfilmentEvent[],
  ): Process => ({
    ...fulfilment,
    decide: (input, state) => fulfilment.decide(input, state).flatMap((decision) => change(decision, state)),
  });
  const without = (type: FulfilmentEvent['type']): Process =>
    deciding((decision) => (decision.type === type ? [] : [decision]));

  test.each<[string, Process]>([
    ['the stock of a shipped order is not committed', without('ParcelHandedOver')],
    ['a shipment outlives its cancelled order', without('FulfilmentCancelled')],
    ['a scan moves no order', without('ParcelMoved')],
    ['a delivery is not told', without('ParcelArrived')],
    ['a returned unit is not put back', without('ReturnStarted')],
    ['a refund is forgotten', without('RefundStarted')],
    ['a refused refund stays open', without('RefundDenied')],
    ['a command that failed is not sent again', without('FulfilmentAttemptFailed')],
    [
      'one SKU of a return is forgotten',
      deciding((decision) =>
        decision.type === 'ReturnStarted'
          ? [{ ...decision, data: { ...decision.data, stock: decision.data.stock.slice(1) } }]
          : [decision],
      ),
    ],
    [
      'a return that is told twice is refunded twice',
      {
        ...fulfilment,
        decide: (input, state) =>
          fulfilment.decide(input, state.phase === 'new' ? state : { ...state, known: new Set() }),
      },
    ],
  ])('when %s › fails', (_, mutant) => {
    expect(fc.check(holds(mutant), { numRuns: 1500, seed: 1, endOnFailure: true }).failed).toBe(true);
  });
});
