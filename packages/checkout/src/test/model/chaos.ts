// The events of the model's world: a tape of numbers picks each action and each fault; then all faults end.
import assert from 'node:assert/strict';
import { canBeSettled } from '../../index.js';
import { sending, type Runner, type Sent, type World } from './world.js';

export class Chaos {
  #read = 0;

  constructor(
    readonly world: World,
    readonly tape: readonly number[],
  ) {}

  #chance(below: number): number {
    return (this.tape[this.#read++] ?? 0) % below;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#chance(from.length || 1)];
  }

  /** Until the tape ends. */
  run(): void {
    const faultsPercent = [0, 5, 15, 50][this.#chance(4)] ?? 0;
    while (this.#read < this.tape.length) {
      const runner = this.#pick(this.world.runners);
      assert.ok(runner !== undefined);
      if (this.#chance(100) < faultsPercent) this.#disturb(runner);
      else this.#proceed(runner);
    }
  }

  /** One action of a day without faults, picked from all possible ones. */
  #proceed(runner: Runner): void {
    const { world } = this;
    const { gateway } = world;
    const next = runner.inputs[runner.delivered];
    const possible: (() => void)[] = [];
    if (next !== undefined) {
      possible.push(() => {
        runner.delivered += 1;
        world.receive(runner, next);
      });
    }
    for (const outcome of runner.outcomes) {
      possible.push(() => {
        runner.outcomes.splice(runner.outcomes.indexOf(outcome), 1);
        world.receive(runner, outcome);
      });
    }
    for (const work of world.unsent(runner)) possible.push(() => world.dispatch(runner, work));
    for (const [n, flying] of world.inFlight.entries()) {
      if (flying.runner === runner) possible.push(() => world.execute(n, 'arrives'));
    }
    const { status } = world.orderOf(runner);
    const isPayable =
      status === 'RESERVED' || (status === 'CREATED' && runner.purchase.definition === 'payment-first');
    if (isPayable) possible.push(() => world.pay(runner));
    const [task] = gateway.tasks;
    if (task !== undefined)
      possible.push(() =>
        gateway.perform(
          this.#chance(gateway.tasks.length),
          'answers',
          this.#pick(['works', 'works', 'declined', 'page']) ?? 'works',
        ),
      );
    for (const reference of gateway.references.filter((one) => one.startsWith(`${runner.id}.`)))
      possible.push(() => {
        gateway.act(
          reference,
          this.#pick(['authorized', 'authorized', 'declined', 'expired']) ?? 'authorized',
        );
        gateway.report(reference);
      });
    if (status === 'UNDER_REVIEW') possible.push(() => world.judge(runner, this.#chance(2) === 0));
    this.#pick(possible)?.();
  }

  /** The stream refuses appends from now on, and an undo has failed for a while already. */
  #fill(runner: Runner, { step, command, failedAttempts }: Sent): void {
    const { world } = this;
    world.full.add(world.streamOf(command));
    if (world.manager.retryPolicy?.(step).attempts !== null) return;
    const retryAt = new Date(world.clock + 500).toISOString();
    for (let attempt = failedAttempts + 1; this.#chance(10) > 0; attempt += 1)
      world.receive(runner, { kind: 'attemptFailed', step, attempt, error: 'full', retryAt, at: world.iso });
  }

  #disturb(runner: Runner): void {
    const { world } = this;
    switch (this.#chance(12)) {
      case 0: {
        const fate = this.#pick(['repeats', 'lost', 'unanswered'] as const);
        if (world.inFlight.length > 0 && fate !== undefined)
          world.execute(this.#chance(world.inFlight.length), fate);
        break;
      }
      case 1: {
        const again = this.#pick(runner.inputs.slice(0, runner.delivered));
        if (again !== undefined) world.receive(runner, again);
        break;
      }
      case 2:
        world.crash(runner, this.#chance(runner.delivered + 1));
        break;
      case 3:
        world.clock += this.#chance(25_000);
        break;
      case 4: {
        const due = this.#pick(
          [...runner.deadlines.values()].filter(({ dueAt }) => Date.parse(dueAt) <= world.clock),
        );
        if (due !== undefined) world.ring(runner, due);
        break;
      }
      case 5: {
        const work = this.#pick(
          world.manager.pending(runner.state).filter((item) => item.kind === 'command'),
        );
        if (work !== undefined) this.#fill(runner, work);
        break;
      }
      case 6: {
        const known = this.#pick(runner.decisions.filter(({ type }) => type === 'StepAttemptFailed'));
        if (known?.type === 'StepAttemptFailed') world.ask(runner, 'RequestStepRetry', known.data.step);
        break;
      }
      case 7: {
        const { state } = runner;
        const undos = 'undo' in state ? [...state.undo.keys()] : [];
        const step = this.#pick(undos.filter((undo) => canBeSettled(state, undo)));
        if (step !== undefined && this.#chance(2) === 0) world.ask(runner, 'RequestStepSettlement', step);
        break;
      }
      case 8:
      case 9:
        this.#disturbGateway();
        break;
      case 10:
        world.extend(runner);
        break;
      default:
        if (this.#chance(2) === 0) world.cancel(runner);
    }
  }

  #disturbGateway(): void {
    const { gateway } = this.world;
    if (this.#chance(2) === 0) {
      const fate = this.#pick(['answer lost', 'answer lost', 'away', 'refund refused'] as const) ?? 'away';
      const card = this.#pick(['works', 'works', 'declined', 'page'] as const) ?? 'works';
      if (gateway.tasks.length > 0) gateway.perform(this.#chance(gateway.tasks.length), fate, card);
      return;
    }
    const reference = this.#pick(gateway.references);
    if (reference === undefined) return;
    if (this.#chance(2) === 0) gateway.report(reference);
    else gateway.act(reference, this.#pick(['authorized', 'declined', 'expired'] as const) ?? 'expired');
  }

  /** Every message arrives, later work waits for its time, and there are no further faults. */
  heal(): void {
    const { full, gateway } = this.world;
    full.clear();
    this.#settle();
    for (const reference of gateway.references) gateway.report(reference);
    this.#settle();
  }

  /** Deadlines and staff decide all remaining orders: then every order has ended. */
  end(): void {
    const { world } = this;
    world.clock += 3_600_000;
    for (const runner of world.runners) {
      if (world.orderOf(runner).status === 'UNDER_REVIEW') world.judge(runner, this.#chance(2) === 0);
      for (const due of runner.deadlines.values()) world.ring(runner, due);
    }
    this.#settle();
  }

  #settle(): void {
    const { world } = this;
    const { gateway } = world;
    for (let round = 0; round < 200; round += 1) {
      let busy = false;
      for (const runner of world.runners) {
        for (; runner.delivered < runner.inputs.length; busy = true) {
          const next = runner.inputs[runner.delivered];
          assert.ok(next !== undefined);
          runner.delivered += 1;
          world.receive(runner, next);
        }
        for (const outcome of runner.outcomes.splice(0)) {
          world.receive(runner, outcome);
          busy = true;
        }
        for (const work of world.unsent(runner)) {
          world.dispatch(runner, work);
          busy = true;
        }
      }
      for (; world.inFlight.length > 0; busy = true) world.execute(0, 'arrives');
      for (; gateway.tasks.length > 0; busy = true) gateway.perform(0, 'answers', 'works');
      if (busy) continue;
      const waits = world.runners.flatMap((runner) =>
        world.manager.pending(runner.state).flatMap((work) => {
          const at = work.kind === 'command' && !runner.sent.has(sending(work)) ? work.notBefore : undefined;
          return at === undefined ? [] : [Date.parse(at)];
        }),
      );
      if (waits.length === 0) return;
      world.clock = Math.min(...waits);
    }
    assert.fail('does not come to rest');
  }
}
