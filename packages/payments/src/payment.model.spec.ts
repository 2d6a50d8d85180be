// For any commands and reports in any order: at most one capture, money is conserved, and every order of the same
// reports ends in the same state.
import { describe, expect, test } from '@jest/globals';
import { fold, type DomainEvent } from '@holdfast/kernel';
import fc from 'fast-check';
import { payment, type GatewayReport, type PaymentCommand, type PaymentEvent } from './index.js';
import * as the from './test/payment.js';
import { eur } from './test/payment.js';

/** The possible reports of one gateway about one payment, oldest first. Each life is a list of reports. */
const refundsOf = (minors: readonly number[]) =>
  minors.map((minor, n) => the.reportedRefund(`out-${n}`, minor));
const afterCapture = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 4 }))
  .map(([taken, minors]) => {
    const within = minors.filter(
      (_, n) => minors.slice(0, n + 1).reduce((sum, minor) => sum + minor, 0) <= taken,
    );
    const isPrefix = within.length === minors.length;
    const refunds = refundsOf(isPrefix ? minors : []);
    return [0, ...refunds.keys()].map((n) => the.reportCaptured(eur(taken), refunds.slice(0, n + 1)));
  });
const begin: readonly GatewayReport[] = [the.report.processing, the.report.redirect];
const life: fc.Arbitrary<readonly GatewayReport[]> = fc.oneof(
  fc.constant([...begin, the.report.declined]),
  fc.constantFrom(the.report.voided, the.report.expired).map((end) => [...begin, the.report.authorized, end]),
  afterCapture.map((reports) => [...begin, the.report.authorized, ...reports]),
);
const told = life.chain((reports) => fc.shuffledSubarray([...reports, ...reports]));

const ids = fc.constantFrom('r-1', 'r-2', 'r-3');
const asked: fc.Arbitrary<PaymentCommand> = fc.oneof(
  fc.constantFrom(the.request(), the.request(eur(61)), the.undo, the.capture(), the.capture(eur(40))),
  fc
    .tuple(ids, fc.option(fc.integer({ min: 0, max: 61 })))
    .map(([id, minor]) => the.refund(id, minor === null ? undefined : eur(minor))),
  ids.map(the.refuseRefund),
  ids.map((refundId) => the.giveUp({ kind: 'refund', refundId })),
  fc.constantFrom('authorize', 'capture', 'void').map((kind) => the.giveUp({ kind })),
);
const messages = fc.tuple(told, fc.array(asked, { maxLength: 12 })).chain(([reports, commands]) =>
  fc.shuffledSubarray([...reports.map(the.tell), ...commands], {
    minLength: reports.length + commands.length,
  }),
);

function run(commands: readonly PaymentCommand[]): readonly PaymentEvent[] {
  const events: PaymentEvent[] = [];
  for (const command of commands) {
    const decision = payment.decide(command, fold(payment, payment.initialState, events));
    if (decision.ok) events.push(...decision.value);
  }
  return events;
}
const amountsOf = (events: readonly PaymentEvent[], type: PaymentEvent['type']): readonly number[] =>
  events.filter((event) => event.type === type).map((event) => amountOf(event));
const amountOf = ({ data }: DomainEvent): number =>
  (data as { readonly amount: { minor: number } }).amount.minor;
const total = (amounts: readonly number[]): number => amounts.reduce((sum, minor) => sum + minor, 0);

describe('any commands and reports in any order', () => {
  test('a payment is requested again only when the gateway was given up, and authorized, captured, voided and each refund made at most once', () => {
    fc.assert(
      fc.property(messages, (commands) => {
        const events = run(commands);
        const isGivenUp = (event: PaymentEvent): boolean =>
          event.type === 'PaymentGatewayGivenUp' && event.data.operation.kind === 'authorize';
        const requested = events.filter(({ type }) => type === 'PaymentRequested').length;
        expect(requested).toBeLessThanOrEqual(1 + events.filter(isGivenUp).length);
        for (const type of ['PaymentAuthorized', 'PaymentCaptured', 'PaymentVoided'])
          expect(events.filter((event) => event.type === type).length).toBeLessThanOrEqual(1);
        const refunds = events.filter((event) => event.type === 'PaymentRefunded');
        expect(new Set(refunds.map(({ data }) => data.refundId)).size).toBe(refunds.length);
      }),
      { numRuns: 500 },
    );
  });

  test('at most the captured amount is refunded', () => {
    fc.assert(
      fc.property(messages, (commands) => {
        const events = run(commands);
        expect(total(amountsOf(events, 'PaymentRefunded'))).toBeLessThanOrEqual(
          total(amountsOf(events, 'PaymentCaptured')),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('after an undo every captured amount is refunded or asked for', () => {
    fc.assert(
      fc.property(told, fc.nat(), fc.boolean(), (reports, at, isAgain) => {
        const commands = [the.request(), ...reports.map(the.tell)];
        commands.splice(1 + (at % commands.length), 0, the.undo);
        const events = run([...commands, ...(isAgain ? [the.undo] : [])]);
        const state = fold(payment, payment.initialState, events);
        if (state.kind !== 'captured') return;
        const back = state.refunds.filter(({ is }) => is !== 'refused').map(({ amount }) => amount.minor);
        expect(total(back)).toBeGreaterThanOrEqual(state.amount.minor);
      }),
      { numRuns: 500 },
    );
  });

  test('row 8: the same reports in any order end in the same state', () => {
    const distinct = life.chain((reports) =>
      fc.tuple(
        fc.constant(reports),
        fc.shuffledSubarray([...reports], { minLength: reports.length }),
        fc.nat(),
      ),
    );
    fc.assert(
      fc.property(distinct, ([inOrder, shuffled, at]) => {
        const mixed = shuffled.map(the.tell);
        mixed.splice(at % (mixed.length + 1), 0, the.request());
        const end = (commands: readonly PaymentCommand[]) => {
          const state = fold(payment, payment.initialState, run(commands));
          if (state.kind !== 'captured') return [state.kind, 'as' in state && state.as];
          return [
            state.kind,
            state.amount,
            [...state.refunds].sort((a, b) => (a.refundId < b.refundId ? -1 : 1)),
          ];
        };
        expect(end(mixed)).toEqual(end([the.request(), ...inOrder.map(the.tell)]));
      }),
      { numRuns: 500 },
    );
  });
});
