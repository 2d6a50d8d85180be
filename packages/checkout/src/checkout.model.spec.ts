// The checkout with the real orders, stock, wallets and payments, under every kind of fault between them: commands
// lost, repeated, overtaken or applied without an answer, late and repeated inputs, crashes, clocks that jump,
// customers that change their minds, streams that refuse appends for a while, interventions of operators, orders with a
// total of 0, stock and wallets that have forgotten an ended order. In every run it must come to rest, and stock and
// money must add up.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CheckoutEvent, CheckoutState, Step } from './index.js';
import { assertAllEnded, assertAtRest } from './test/model/assertions.js';
import { Chaos } from './test/model/chaos.js';
import { checkout, setups, tapes, type Setup } from './test/model/setups.js';
import { World, type Checkout, type Input } from './test/model/world.js';

function simulate(manager: Checkout, setup: Setup, tape: readonly number[]): void {
  const world = new World(manager, setup);
  const chaos = new Chaos(world, tape);
  chaos.run();
  chaos.heal();
  assertAtRest(world);
  chaos.end();
  assertAllEnded(world);
}

const holds = (manager: Checkout): fc.IPropertyWithHooks<[Setup, number[]]> =>
  fc.property(setups, tapes, (setup, tape) => {
    simulate(manager, setup, tape);
  });

describe('under chaos', () => {
  test('when every kind of fault occurs › every order ends, and stock and money add up', () => {
    fc.assert(holds(checkout), { numRuns: 4000 });
  });
});

describe('the model sees a planted bug', () => {
  const deciding = (
    change: (decision: CheckoutEvent, state: CheckoutState) => readonly CheckoutEvent[],
  ): Checkout => ({
    ...checkout,
    decide: (input, state) => checkout.decide(input, state).flatMap((decision) => change(decision, state)),
  });
  const without = (type: CheckoutEvent['type']): Checkout =>
    deciding((decision) => (decision.type === type ? [] : [decision]));
  const notUndoing = (forgotten: Step): Checkout =>
    deciding((decision) => {
      if (decision.type !== 'CompensationStarted') return [decision];
      const undo = decision.data.undo.filter((step) => step !== forgotten);
      return [{ ...decision, data: { ...decision.data, undo } }];
    });
  /** Decides on an earlier state. */
  const believing = (earlier: (input: Input, state: CheckoutState) => CheckoutState): Checkout => ({
    ...checkout,
    decide: (input, state) => checkout.decide(input, earlier(input, state)),
  });

  const isPaid = (state: CheckoutState): state is Extract<CheckoutState, { phase: 'running' }> =>
    state.phase === 'running' && (state.payment.is === 'captured' || state.payment.is === 'skipped');

  const asSecured = ({ payment }: Extract<CheckoutState, { phase: 'running' }>) =>
    payment.is === 'captured' ? ({ ...payment, is: 'secured' } as const) : payment;

  test.each<[string, Checkout]>([
    ['a late success is not undone', without('UndoAdded')],
    [
      'a late success is not undone because its undo was done before',
      deciding((decision, state) =>
        decision.type === 'UndoAdded' && 'undo' in state && state.undo.has(decision.data.step)
          ? []
          : [decision],
      ),
    ],
    [
      'an undo that is stuck is not tried any more',
      {
        ...checkout,
        pending: (state) =>
          checkout
            .pending(state)
            .filter(
              (work) =>
                work.kind === 'deadline' ||
                !('undo' in state) ||
                state.undo.get(work.step as Step)?.is !== 'stuck',
            ),
      },
    ],
    [
      'a settled undo is asked for again',
      {
        ...checkout,
        evolve: (state, event) => {
          const next = checkout.evolve(state, event);
          return event.type === 'StepSettled' && 'undo' in next && 'undo' in state
            ? { ...next, undo: state.undo }
            : next;
        },
      },
    ],
    [
      'a wallet is asked for nothing',
      deciding((decision) =>
        decision.type === 'PaymentSkipped'
          ? [
              {
                type: 'FundsRequested',
                data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
              },
            ]
          : [decision],
      ),
    ],
    ['one SKU is not released', notUndoing('release:S1')],
    ['a capture is not refunded', notUndoing('refund')],
    ['a card is not voided', notUndoing('void-card:1')],
    [
      'a gateway that was away is not asked again',
      deciding((decision) =>
        decision.type === 'StepAttemptFailed' && decision.data.position !== undefined ? [] : [decision],
      ),
    ],
    ['a second card is not waited for', without('CardDeclined')],
    ['no deadline is set', without('DeadlineSet')],
    ['an attempt that failed is not made again', without('StepAttemptFailed')],
    [
      'quantities of one SKU are not added up',
      deciding((decision) => {
        if (decision.type !== 'CheckoutStarted') return [decision];
        const stock = decision.data.stock.map(({ sku }) => ({ sku, quantity: 1 }));
        return [{ ...decision, data: { ...decision.data, stock } }];
      }),
    ],
    [
      'the customer cannot cancel a confirmed order',
      deciding((decision, state) =>
        decision.type === 'CompensationStarted' && state.phase === 'completed' ? [] : [decision],
      ),
    ],
    [
      'a deadline that the capture has overtaken is believed',
      believing((input, state) =>
        input.kind === 'deadline' && input.name === 'payment' && isPaid(state)
          ? { ...state, payment: asSecured(state), deadline: { name: 'payment', dueAt: input.dueAt } }
          : state,
      ),
    ],
    [
      'a payment that is told twice is started twice',
      believing((input, state) =>
        input.kind === 'event' && input.event.type === 'OrderPaymentStarted' && isPaid(state)
          ? { ...state, payment: { is: 'none' }, next: null }
          : state,
      ),
    ],
  ])('when %s › fails', (_, mutant) => {
    expect(fc.check(holds(mutant), { numRuns: 4000, seed: 1, endOnFailure: true }).failed).toBe(true);
  });
});
