// The checkout with the real orders, stock, wallets and payments, under every kind of fault between them: commands
// lost, repeated, overtaken or applied without an answer, late and repeated inputs, crashes, clocks that jump,
// customers that change their minds, streams that refuse appends for a while, interventions of operators, orders with a
// total of 0, stock and wallets that have forgotten an ended order. In every run it must come to rest, and stock and
// money must add up.
import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import {
  CustomerId,
  fold,
  OrderId,
  RecentMap,
  Sku,
  streamId,
  type Aggregate,
  type DomainCommand,
  type DomainEvent,
  type PendingWork,
  type ProcessInput,
  type RecordedEvent,
} from '@holdfast/kernel';
import {
  invoices,
  order,
  type InvoiceIssued,
  type OrderCommand,
  type OrderState,
  type CheckoutDefinition,
  type PaymentMethod,
  type PaymentMode,
} from '@holdfast/ordering';
import { stock, type StockState } from '@holdfast/inventory';
import { payment, type PaymentCommand } from '@holdfast/payments';
import { wallet, type WalletState } from '@holdfast/wallet';
import { GatewayWorld } from './test/gateway.js';
import fc from 'fast-check';
import {
  canBeSettled,
  checkoutStatus,
  createCheckout,
  intervention,
  type CheckoutCommand,
  type CheckoutInput,
  type CheckoutState,
  type CheckoutEvent,
  type CheckVerdict,
  type Step,
} from './index.js';

type Checkout = ReturnType<typeof createCheckout>;
type Input = ProcessInput<CheckoutInput>;
type Sent = Extract<PendingWork<CheckoutCommand>, { kind: 'command' }>;

const verdicts: Readonly<Record<string, CheckVerdict>> = {
  pass: { verdict: 'pass' },
  review: { verdict: 'review', reason: 'large' },
  reject: { verdict: 'reject', reason: 'FRAUD_REJECTED', message: 'No' },
};
/** The name of the recipient decides the outcome of the check. */
const checkout = createCheckout({
  reservationTtlMs: 60_000,
  paymentTimeoutMs: 20_000,
  paymentAttempts: 2,
  check: ({ shippingAddress }) => verdicts[shippingAddress.name] ?? { verdict: 'pass' },
});

type Purchase = {
  readonly customer: number;
  /** SKU and quantity; a SKU may be repeated */
  readonly lines: readonly (readonly [number, number])[];
  readonly paymentMode: PaymentMode;
  readonly verdict: string;
  readonly isFree: boolean;
  readonly method: PaymentMethod;
  readonly definition: CheckoutDefinition;
};
type Setup = {
  readonly onHand: readonly number[];
  readonly balances: readonly number[];
  readonly purchases: readonly Purchase[];
  readonly maxAttempts: number;
  /** Stock and wallets forget an ended order at once, as they do after very many other orders. */
  readonly isForgetful: boolean;
};

const setups: fc.Arbitrary<Setup> = fc.record({
  onHand: fc.array(fc.integer({ min: 2, max: 12 }), { minLength: 3, maxLength: 3 }),
  balances: fc.array(fc.integer({ min: 20, max: 150 }), { minLength: 2, maxLength: 2 }),
  purchases: fc.array(
    fc.record({
      customer: fc.nat(1),
      lines: fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 3 }),
      paymentMode: fc.constantFrom('AUTOMATIC', 'ON_CONFIRMATION'),
      verdict: fc.constantFrom('pass', 'pass', 'review', 'reject'),
      isFree: fc.constantFrom(false, false, false, true),
      method: fc.constantFrom<PaymentMethod>('WALLET', 'CARD'),
      definition: fc.constantFrom<CheckoutDefinition>('stock-first', 'stock-first', 'payment-first'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  isForgetful: fc.constantFrom(false, false, true),
});
/** Random choices, one number at a time. */
const tapes = fc.array(fc.nat(0xffff), { minLength: 10, maxLength: 300, size: 'max' });

const price = 10;
const unitPrice = { minor: price, currency: 'EUR' };
const shippingAddress = { line1: 'Main 1', city: 'Bern', postalCode: '3000', country: 'CH' };

/** The same aggregate, but it forgets ended orders. */
const forgetful = <A extends { evolve(state: never, event: never): object }>(aggregate: A): A => ({
  ...aggregate,
  evolve: (state: never, event: never) => ({
    ...aggregate.evolve(state, event),
    ended: RecentMap.empty(1),
  }),
});

/** One checkout in a runner. Only `decisions` survives a crash. */
type Runner = {
  readonly id: OrderId;
  readonly purchase: Purchase;
  readonly decisions: CheckoutEvent[];
  state: CheckoutState;
  /** number of its delivered inputs */
  delivered: number;
  readonly inputs: Input[];
  readonly outcomes: Input[];
  readonly sent: Set<string>;
  readonly deadlines: Map<string, Extract<PendingWork, { kind: 'deadline' }>>;
};

/** A command under way. After a crash, or for a copy made by the network, no checkout waits for the answer. */
type InFlight = { readonly runner: Runner; readonly work: Sent; readonly awaited: boolean };

function simulate(manager: Checkout, setup: Setup, tape: readonly number[]): void {
  let clock = Date.parse('2026-01-01T00:00:00.000Z');
  const log: RecordedEvent[] = [];
  const states = new Map<string, unknown>();
  const runners = new Map<string, Runner>();
  const inFlight: InFlight[] = [];
  /** streams that take no appends at present */
  const full = new Set<string>();
  const stocks = setup.isForgetful ? forgetful(stock) : stock;
  const wallets = setup.isForgetful ? forgetful(wallet) : wallet;

  /** orders that have a number: the runtime recognises the repeated command by its id */
  const invoiced = new Set<OrderId>();

  const gateway = new GatewayWorld((command: PaymentCommand) => handle(payment, command));

  const iso = (): string => new Date(clock).toISOString();

  // Aggregates

  const stateOf = (stream: string, initialState: unknown): unknown => states.get(stream) ?? initialState;

  /** Returns the code of the rejection, or null. */
  function handle<C extends DomainCommand, E extends DomainEvent, S, R extends { readonly code: string }>(
    aggregate: Aggregate<C, E, S, R>,
    command: C,
  ): string | null {
    const stream = aggregate.stream(command);
    const state = stateOf(stream, aggregate.initialState) as S;
    const decision = aggregate.decide(command, state);
    if (!decision.ok) return decision.rejection.code;
    states.set(stream, fold(aggregate, state, decision.value));
    for (const event of decision.value) append(stream, event);
    assertSound(stream);
    return null;
  }

  function append(stream: string, event: DomainEvent): void {
    const position = log.length;
    const metadata = {
      correlationId: '',
      causationId: '',
      commandId: '',
      actor: 'system',
      at: iso(),
      schemaVersion: 1,
    };
    const recorded = { ...event, id: `event-${position}`, stream, revision: 0, position, metadata };
    log.push(recorded);
    if (stream.startsWith('payment-')) gateway.see(stream, event);
    const route = manager.route(recorded as RecordedEvent<CheckoutInput>);
    if (route.kind === 'ignore') return;
    const runner = runners.get(route.id);
    assert.ok(runner !== undefined, `${event.type} is routed to ${route.id}`);
    runner.inputs.push({
      kind: 'event',
      event: recorded as RecordedEvent<CheckoutInput>,
      at: iso(),
      position,
    });
  }

  function send(command: CheckoutCommand): string | null {
    const { type } = command;
    if ((wallet.commandTypes as readonly string[]).includes(type)) return handle(wallets, command as never);
    if ((stock.commandTypes as readonly string[]).includes(type)) return handle(stocks, command as never);
    if ((payment.commandTypes as readonly string[]).includes(type)) return handle(payment, command as never);
    if (command.type !== 'IssueInvoice') return handle(order, command as OrderCommand);
    if (invoiced.has(command.data.orderId)) return null;
    invoiced.add(command.data.orderId);
    return handle(invoices, command);
  }

  function streamOf(command: CheckoutCommand): string {
    const { type } = command;
    if ((wallet.commandTypes as readonly string[]).includes(type)) return wallet.stream(command as never);
    if ((stock.commandTypes as readonly string[]).includes(type)) return stock.stream(command as never);
    if ((payment.commandTypes as readonly string[]).includes(type)) return payment.stream(command as never);
    return command.type === 'IssueInvoice' ? invoices.stream(command) : order.stream(command as OrderCommand);
  }

  function assertSound(stream: string): void {
    const state = states.get(stream);
    if (stream.startsWith('stock-')) {
      const { onHand, reserved } = state as Extract<StockState, { kind: 'listed' }>;
      assert.ok(reserved >= 0 && reserved <= onHand, `${stream} promises ${reserved} of ${onHand}`);
    } else if (stream.startsWith('wallet-')) {
      const { balance, held } = state as Extract<WalletState, { kind: 'open' }>;
      assert.ok(
        held.minor >= 0 && held.minor <= balance.minor,
        `${stream} holds ${held.minor} of ${balance.minor}`,
      );
    }
  }

  // Runners

  function receive(runner: Runner, input: Input): void {
    const decisions = manager.decide(input, runner.state);
    runner.decisions.push(...decisions);
    runner.state = fold(manager, runner.state, decisions);
    assert.ok(runner.decisions.length < 400, 'decides on and on');
    for (const work of manager.pending(runner.state)) {
      if (work.kind === 'deadline') runner.deadlines.set(`${work.name} ${work.dueAt}`, work);
    }
  }

  function crash(runner: Runner, checkpoint: number): void {
    for (const [n, flying] of inFlight.entries()) {
      if (flying.runner === runner) inFlight[n] = { ...flying, awaited: false };
    }
    runner.state = fold(manager, manager.initialState, runner.decisions);
    runner.delivered = checkpoint;
    runner.outcomes.length = 0;
    runner.sent.clear();
  }

  /** Wanted work that is due and not sent yet. */
  const unsent = (runner: Runner): readonly Sent[] =>
    manager
      .pending(runner.state)
      .filter((work) => work.kind === 'command')
      .filter((work) => !runner.sent.has(sending(work)) && Date.parse(work.notBefore ?? iso()) <= clock);
  const sending = (work: Sent): string =>
    `${work.step}#${work.round ?? 1}#${work.failedAttempts}#${work.notBefore ?? ''}`;
  const dispatch = (runner: Runner, work: Sent): void => {
    runner.sent.add(sending(work));
    inFlight.push({ runner, work, awaited: true });
  };

  function execute(n: number, fated: 'arrives' | 'repeats' | 'lost' | 'unanswered'): void {
    const flying = inFlight[n];
    assert.ok(flying !== undefined);
    const { runner, work, awaited } = flying;
    const fate = full.has(streamOf(work.command)) ? 'lost' : fated;
    if (fate === 'repeats') inFlight[n] = { runner, work, awaited: false };
    else inFlight.splice(n, 1);
    const rejection = fate === 'lost' ? null : send(work.command);
    if (!awaited) return;
    const { step } = work;
    if (fate === 'lost' || fate === 'unanswered') {
      const attempt = work.failedAttempts + 1;
      runner.outcomes.push(
        attempt >= setup.maxAttempts && manager.retryPolicy?.(step).attempts !== null
          ? { kind: 'stepFailed', step, reason: 'exhausted', error: fate, at: iso() }
          : {
              kind: 'attemptFailed',
              step,
              attempt,
              error: fate,
              retryAt: new Date(clock + 500).toISOString(),
              at: iso(),
            },
      );
    } else if (rejection !== null) {
      runner.outcomes.push({ kind: 'stepFailed', step, reason: 'rejected', error: rejection, at: iso() });
    }
  }

  const orderOf = (runner: Runner): OrderState =>
    stateOf(`order-${runner.id}`, order.initialState) as OrderState;
  const pay = (runner: Runner): unknown =>
    handle(order, { type: 'StartPayment', data: { orderId: runner.id, method: runner.purchase.method } });
  const extend = (runner: Runner): unknown =>
    handle(order, { type: 'ExtendReservation', data: { orderId: runner.id, at: iso(), byMs: 60_000 } });
  const cancel = (runner: Runner): unknown =>
    handle(order, { type: 'Cancel', data: { orderId: runner.id, reason: 'CUSTOMER_CANCELLED' } });
  const judge = (runner: Runner, approve: boolean): unknown =>
    handle(order, {
      type: 'Review',
      data: { orderId: runner.id, approved: approve, reason: 'a person looked' },
    });
  /** A request may be for any step, wanted or not. */
  const ask = (runner: Runner, type: 'RequestStepRetry' | 'RequestStepSettlement', step: Step): unknown =>
    handle(intervention, { type, data: { orderId: runner.id, step, reason: 'a person says so' } });
  const isDue = ({ dueAt }: { readonly dueAt: string }): boolean => Date.parse(dueAt) <= clock;
  const ring = (runner: Runner, { name, dueAt }: { readonly name: string; readonly dueAt: string }): void =>
    receive(runner, { kind: 'deadline', name, dueAt, at: iso() });

  // A world with stock, money and orders

  for (const [n, quantity] of setup.onHand.entries()) {
    const sku = Sku(`S${n}`);
    handle(stock, { type: 'CreateProduct', data: { sku, name: sku, price: unitPrice } });
    handle(stock, { type: 'ReceiveStock', data: { sku, quantity } });
  }
  for (const [n, minor] of setup.balances.entries()) {
    handle(wallet, {
      type: 'Deposit',
      data: { customerId: CustomerId(`C${n}`), amount: { minor, currency: 'EUR' } },
    });
  }
  for (const [n, purchase] of setup.purchases.entries()) {
    const id = OrderId(`O${n}`);
    runners.set(id, {
      id,
      purchase,
      decisions: [],
      state: manager.initialState,
      delivered: 0,
      inputs: [],
      outcomes: [],
      sent: new Set(),
      deadlines: new Map(),
    });
    const placed = handle(order, {
      type: 'PlaceOrder',
      data: {
        orderId: id,
        customerId: CustomerId(`C${purchase.customer}`),
        lines: purchase.lines.map(([sku, quantity]) => ({
          sku: Sku(`S${sku}`),
          name: '',
          quantity,
          unitPrice: purchase.isFree ? { ...unitPrice, minor: 0 } : unitPrice,
        })),
        paymentMethod: purchase.method,
        paymentMode: purchase.paymentMode,
        coordination: 'ORCHESTRATION',
        shippingAddress: { ...shippingAddress, name: purchase.verdict },
        definition: purchase.definition,
      },
    });
    assert.equal(placed, null);
  }

  // Chaos: the tape picks the next action

  const all = [...runners.values()];
  let read = 0;
  const chance = (below: number): number => (tape[read++] ?? 0) % below;
  const pick = <T>(from: readonly T[]): T | undefined => from[chance(from.length || 1)];

  /** One action of a day without faults, picked from all possible ones. */
  function proceed(runner: Runner): void {
    const next = runner.inputs[runner.delivered];
    const possible: (() => void)[] = [];
    if (next !== undefined) {
      possible.push(() => {
        runner.delivered += 1;
        receive(runner, next);
      });
    }
    for (const outcome of runner.outcomes) {
      possible.push(() => {
        runner.outcomes.splice(runner.outcomes.indexOf(outcome), 1);
        receive(runner, outcome);
      });
    }
    for (const work of unsent(runner)) possible.push(() => dispatch(runner, work));
    for (const [n, flying] of inFlight.entries()) {
      if (flying.runner === runner) possible.push(() => execute(n, 'arrives'));
    }
    const { status } = orderOf(runner);
    const isPayable =
      status === 'RESERVED' || (status === 'CREATED' && runner.purchase.definition === 'payment-first');
    if (isPayable) possible.push(() => pay(runner));
    const [task] = gateway.tasks;
    if (task !== undefined)
      possible.push(() =>
        gateway.perform(
          chance(gateway.tasks.length),
          'answers',
          pick(['works', 'works', 'declined', 'page']) ?? 'works',
        ),
      );
    for (const reference of gateway.references.filter((one) => one.startsWith(`${runner.id}.`)))
      possible.push(() => {
        gateway.act(reference, pick(['authorized', 'authorized', 'declined', 'expired']) ?? 'authorized');
        gateway.report(reference);
      });
    if (status === 'UNDER_REVIEW') possible.push(() => judge(runner, chance(2) === 0));
    pick(possible)?.();
  }

  /** The stream refuses appends from now on, and an undo has failed for a while already. */
  function fill(runner: Runner, { step, command, failedAttempts }: Sent): void {
    full.add(streamOf(command));
    if (manager.retryPolicy?.(step).attempts !== null) return;
    const retryAt = new Date(clock + 500).toISOString();
    for (let attempt = failedAttempts + 1; chance(10) > 0; attempt += 1)
      receive(runner, { kind: 'attemptFailed', step, attempt, error: 'full', retryAt, at: iso() });
  }

  function disturb(runner: Runner): void {
    switch (chance(12)) {
      case 0: {
        const fate = pick(['repeats', 'lost', 'unanswered'] as const);
        if (inFlight.length > 0 && fate !== undefined) execute(chance(inFlight.length), fate);
        break;
      }
      case 1: {
        const again = pick(runner.inputs.slice(0, runner.delivered));
        if (again !== undefined) receive(runner, again);
        break;
      }
      case 2:
        crash(runner, chance(runner.delivered + 1));
        break;
      case 3:
        clock += chance(25_000);
        break;
      case 4: {
        const due = pick([...runner.deadlines.values()].filter(isDue));
        if (due !== undefined) ring(runner, due);
        break;
      }
      case 5: {
        const work = pick(manager.pending(runner.state).filter((item) => item.kind === 'command'));
        if (work !== undefined) fill(runner, work);
        break;
      }
      case 6: {
        const known = pick(runner.decisions.filter(({ type }) => type === 'StepAttemptFailed'));
        if (known?.type === 'StepAttemptFailed') ask(runner, 'RequestStepRetry', known.data.step);
        break;
      }
      case 7: {
        const { state } = runner;
        const undos = 'undo' in state ? [...state.undo.keys()] : [];
        const step = pick(undos.filter((undo) => canBeSettled(state, undo)));
        if (step !== undefined && chance(2) === 0) ask(runner, 'RequestStepSettlement', step);
        break;
      }
      case 8: {
        const fate = pick(['answer lost', 'answer lost', 'away', 'refund refused'] as const) ?? 'away';
        const card = pick(['works', 'works', 'declined', 'page'] as const) ?? 'works';
        if (gateway.tasks.length > 0) gateway.perform(chance(gateway.tasks.length), fate, card);
        break;
      }
      case 9: {
        const reference = pick(gateway.references);
        if (reference === undefined) break;
        if (chance(2) === 0) gateway.report(reference);
        else gateway.act(reference, pick(['authorized', 'declined', 'expired'] as const) ?? 'expired');
        break;
      }
      case 10:
        extend(runner);
        break;
      default:
        if (chance(2) === 0) cancel(runner);
    }
  }

  const faultsPercent = [0, 5, 15, 50][chance(4)] ?? 0;
  while (read < tape.length) {
    const runner = pick(all);
    assert.ok(runner !== undefined);
    if (chance(100) < faultsPercent) disturb(runner);
    else proceed(runner);
  }

  // Healing: every message arrives, later work waits for its time, and there are no further faults

  function settle(): void {
    for (let round = 0; round < 200; round += 1) {
      let busy = false;
      for (const runner of all) {
        for (; runner.delivered < runner.inputs.length; busy = true) {
          const next = runner.inputs[runner.delivered];
          assert.ok(next !== undefined);
          runner.delivered += 1;
          receive(runner, next);
        }
        for (const outcome of runner.outcomes.splice(0)) {
          receive(runner, outcome);
          busy = true;
        }
        for (const work of unsent(runner)) {
          dispatch(runner, work);
          busy = true;
        }
      }
      for (; inFlight.length > 0; busy = true) execute(0, 'arrives');
      for (; gateway.tasks.length > 0; busy = true) gateway.perform(0, 'answers', 'works');
      if (busy) continue;
      const waits = all.flatMap((runner) =>
        manager.pending(runner.state).flatMap((work) => {
          const at = work.kind === 'command' && !runner.sent.has(sending(work)) ? work.notBefore : undefined;
          return at === undefined ? [] : [Date.parse(at)];
        }),
      );
      if (waits.length === 0) return;
      clock = Math.min(...waits);
    }
    assert.fail('does not come to rest');
  }

  full.clear();
  settle();
  for (const reference of gateway.references) gateway.report(reference);
  settle();
  for (const runner of all) {
    const { status, waitingFor } = checkoutStatus(runner.state);
    const label = `${runner.id} rests ${status}, waiting for ${waitingFor}`;
    assert.ok(['WAITING', 'COMPLETED', 'COMPENSATED'].includes(status), label);
    const armed = manager.pending(runner.state).some(({ kind }) => kind === 'deadline');
    if (status === 'WAITING') assert.ok(waitingFor === 'review' || armed, `${label} without a deadline`);
    else assert.deepEqual(manager.pending(runner.state), [], label);
  }

  // Deadlines and staff decide all remaining orders: then every order has ended

  clock += 3_600_000;
  for (const runner of all) {
    if (orderOf(runner).status === 'UNDER_REVIEW') judge(runner, chance(2) === 0);
    for (const due of runner.deadlines.values()) ring(runner, due);
  }
  settle();
  /** undos that persons did by hand, by stream: the log does not record their effects */
  const byHand = new Map<string, number>();
  const kept = all.filter((runner) => orderOf(runner).status === 'CONFIRMED');
  for (const runner of all) assertEnded(runner);
  assertConserved();
  assertNumbered();

  /** Numbers have no gaps, each order has at most one, and every confirmed order has its own. */
  function assertNumbered(): void {
    const given = log
      .filter(({ type }) => type === 'InvoiceIssued')
      .map(({ data }) => data as InvoiceIssued['data']);
    const expected = given.map((_, n) => `INV-2026-${String(n + 1).padStart(6, '0')}`);
    assert.deepEqual(
      given.map(({ number }) => number),
      expected,
    );
    const byOrder = new Map(given.map(({ orderId, number }) => [orderId, number]));
    assert.equal(byOrder.size, given.length, 'an order has two numbers');
    for (const runner of kept) {
      const state = orderOf(runner);
      assert.ok(state.status === 'CONFIRMED');
      assert.equal(state.invoiceNumber, byOrder.get(runner.id), runner.id);
    }
  }

  function assertEnded(runner: Runner): void {
    const { status } = checkoutStatus(runner.state);
    const ended = orderOf(runner).status;
    assert.equal(status, ended === 'CONFIRMED' ? 'COMPLETED' : 'COMPENSATED', `${runner.id} is ${ended}`);
    assert.ok(['CONFIRMED', 'FAILED', 'CANCELLED'].includes(ended), `${runner.id} ends ${ended}`);

    const own = log.filter(({ stream, data }) =>
      stream.startsWith('order-')
        ? streamId(stream) === runner.id
        : (data as { orderId?: string }).orderId === runner.id,
    );
    const last = own.findIndex(({ type }) => type === 'OrderCancelled' || type === 'OrderFailed');
    const after = own.slice(last + 1).filter(({ stream }) => stream.startsWith('order-'));
    if (last !== -1) assert.deepEqual(after, [], `${runner.id} goes on after its end`);

    const effects = (type: string, stream: string): number[] =>
      own
        .filter((event) => event.type === type && event.stream === stream)
        .map(({ data }) => {
          const { quantity, amount } = data as { quantity?: number; amount?: { minor: number } };
          return quantity ?? amount?.minor ?? 0;
        })
        .filter((units) => units !== 0);
    const wanted = new Map<number, number>();
    for (const [sku, quantity] of runner.purchase.lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
    const isSettled = (step: Step): boolean =>
      runner.decisions.some((event) => event.type === 'StepSettled' && event.data.step === step);
    /** Effects that were not undone: none, unless a person has settled them. */
    const assertGivenBack = (
      stream: string,
      step: Step,
      taken: number,
      given: number,
      label: string,
    ): void => {
      const left = taken - given;
      if (isSettled(step)) byHand.set(stream, (byHand.get(stream) ?? 0) + left);
      assert.ok(left === 0 || (left > 0 && isSettled(step)), `${label}: ${left} left`);
    };
    for (const [sku, quantity] of wanted) {
      const stream = `stock-S${sku}`;
      const reserved = effects('StockReserved', stream);
      const released = effects('StockReleased', stream);
      const label = `${runner.id}, ${ended}, of S${sku}`;
      if (ended === 'CONFIRMED') assert.deepEqual([reserved, released], [[quantity], []], label);
      else assertGivenBack(stream, `release:S${sku}`, sum(reserved), sum(released), label);
      assert.ok(setup.isForgetful || reserved.length <= 1, label);
    }
    const total = runner.purchase.isFree ? 0 : price * sum([...wanted.values()]);
    const account = `wallet-C${runner.purchase.customer}`;
    const of = (type: string): number[] => effects(type, account);
    const [held, captured, released, refunded] = [
      of('FundsHeld'),
      of('HoldCaptured'),
      of('HoldReleased'),
      of('FundsRefunded'),
    ];
    const label = `${runner.id}, ${ended}: the money`;
    assert.ok(setup.isForgetful || held.length <= 1, label);
    assertGivenBack(`${account} held`, 'release-funds', sum(held), sum([...captured, ...released]), label);
    const byCard = gateway.moneyOf(runner.id);
    if (ended === 'CONFIRMED')
      assert.deepEqual([sum(captured) + byCard.kept, refunded], [total, []], `${label}: is paid once`);
    else assertGivenBack(account, 'refund', sum(captured), sum(refunded), label);
    const isCardSettled = runner.decisions.some(
      (event) => event.type === 'StepSettled' && event.data.step.startsWith('void-card:'),
    );
    if (!isCardSettled) {
      assert.equal(byCard.authorized, 0, `${label} is held on a card`);
      if (ended !== 'CONFIRMED') assert.equal(byCard.kept, 0, `${label} is not given back to the card`);
    }
    if (runner.purchase.isFree)
      assert.ok(
        !log.some(({ stream }) => stream.startsWith(`payment-${runner.id}.`)) &&
          !own.some(({ stream }) => stream.startsWith('wallet-')),
        `${runner.id} is free and asks a wallet`,
      );

    const times = (count: (event: CheckoutEvent) => readonly Step[]): Map<Step, number> => {
      const counted = new Map<Step, number>();
      for (const step of runner.decisions.flatMap(count)) counted.set(step, (counted.get(step) ?? 0) + 1);
      return counted;
    };
    const asked = times((event) => {
      if (event.type === 'CompensationStarted') return event.data.undo;
      return event.type === 'UndoAdded' ? [event.data.step] : [];
    });
    const undone = times((event) =>
      event.type === 'StepUndone' || event.type === 'StepSettled' ? [event.data.step] : [],
    );
    for (const [step, count] of undone)
      assert.ok(count <= (asked.get(step) ?? 0), `${runner.id} undoes ${step} more often than it has to`);
    for (const input of runner.inputs) {
      assert.deepEqual(manager.decide(input, runner.state), [], `${runner.id} decides on what it has seen`);
    }
  }

  function assertConserved(): void {
    for (const [n, received] of setup.onHand.entries()) {
      const { onHand, reserved } = states.get(`stock-S${n}`) as Extract<StockState, { kind: 'listed' }>;
      const sold = kept
        .flatMap(({ purchase }) => purchase.lines)
        .reduce((sum, [sku, quantity]) => sum + (sku === n ? quantity : 0), 0);
      const left = byHand.get(`stock-S${n}`) ?? 0;
      assert.deepEqual({ onHand, reserved }, { onHand: received, reserved: sold + left }, `stock-S${n}`);
    }
    for (const [n, deposited] of setup.balances.entries()) {
      const { balance, held } = states.get(`wallet-C${n}`) as Extract<WalletState, { kind: 'open' }>;
      const paid = kept
        .filter(({ purchase }) => purchase.customer === n && purchase.method === 'WALLET' && !purchase.isFree)
        .flatMap(({ purchase }) => purchase.lines)
        .reduce((sum, [, quantity]) => sum + price * quantity, 0);
      const left = byHand.get(`wallet-C${n}`) ?? 0;
      const heldLeft = byHand.get(`wallet-C${n} held`) ?? 0;
      assert.deepEqual([balance.minor, held.minor], [deposited - paid - left, heldLeft], `wallet-C${n}`);
    }
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

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
