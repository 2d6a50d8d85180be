// The shop's machine in a simulation: the real engine on a simulated disk, killed and started again.
import { MemoryCommits, openMemoryReadStore } from '@holdfast/read-store';
import { SimulatedDisk } from '@holdfast/event-store';
import { openEngine, type Engine } from '../../engine.js';
import { lookAgain, webhookDoor } from '../../payments/webhooks.js';
import { processesOf, type AnyProcess } from '../../processes.js';
import { nowAndThen, type Faults, type Planted } from './faults.js';
import type { Outside } from './outside.js';
import type { Life, World } from './world.js';

const settings = {
  ...{ reservationTtlMs: 15 * 60_000, paymentTimeoutMs: 10 * 60_000, paymentAttempts: 2 },
  check: ({ orderId }: { readonly orderId: string }) => verdictOn(orderId),
};
/** Small, so that a run has several segments. */
const segmentBytes = 128 * 1024;
const flushEveryMs = 5_000;

/** The running shop. */
export type Running = { readonly engine: Engine; readonly life: Life };

export class Machine {
  readonly disk: SimulatedDisk;
  readonly commits = new MemoryCommits();
  /** null while the shop is down, or starts */
  running: Running | null = null;
  crashes = 0;
  readonly errors: unknown[] = [];
  #life: Life | null = null;
  #isHealed = false;
  /** whether the next operation of the disk kills the shop */
  #isDoomed = false;

  constructor(
    private readonly world: World,
    private readonly outside: Outside,
    private readonly faults: Faults,
    private readonly planted: Planted | null = null,
  ) {
    const slowestMs = world.pick([1, 4, 60]);
    this.disk = new SimulatedDisk({ soon: (run) => void world.after(world.random.next() * slowestMs, run) });
    this.disk.faults = ({ kind }) => {
      if (this.#isDoomed && kind !== 'create') this.kill();
      if (this.#isHealed || !world.chance(faults.diskFails)) return null;
      const code = world.pick(['EIO', 'ENOSPC'] as const);
      return kind === 'write' && world.chance(0.5) ? { code, bytesWritten: 1 } : { code };
    };
    const isOn = (): boolean => !this.#isHealed;
    nowAndThen(world, faults.crashEveryMs, isOn, () => {
      // Kills at any moment, or during an operation of the disk, when an action is half done.
      if (world.chance(0.3)) this.kill();
      else this.#isDoomed = true;
    });
    nowAndThen(world, faults.clockJumpsEveryMs, isOn, () => world.jump(world.below(7_200_000) - 3_600_000));
    nowAndThen(world, flushEveryMs, isOn, () => this.commits.flush());
  }

  start(): void {
    if (this.#life !== null) return;
    const { world, outside } = this;
    const life = world.life();
    this.#life = life;
    const opening = openEngine({
      ...{ dataDirectory: '/shop', environment: life.environment },
      ...{ disk: this.disk, segmentBytes },
      ...settings,
      processes: this.#processes(),
      ...{ gateway: outside.gateway(life), carrier: outside.carrier(life) },
      readModels: {
        open: () =>
          Promise.resolve(
            openMemoryReadStore({
              commits: this.commits,
              beforeWrite: () =>
                new Promise((resolve) => {
                  life.environment.scheduler.after(world.below(5), resolve);
                }),
            }),
          ),
        remove: () => {
          throw new Error('the read models do not belong to the log');
        },
      },
      onError: () => undefined,
      onFatal: () => {
        this.#restart(life);
      },
    });
    opening.then(
      (engine) => this.#opened(engine, life),
      (error: unknown) => {
        // A disk that fails while the shop starts; anything else is a fault of the shop.
        if (this.#isHealed || this.faults.diskFails === 0) this.errors.push(error);
        else this.#restart(life);
      },
    );
  }

  kill(): void {
    const { world, outside } = this;
    if (this.#life === null) return;
    this.#isDoomed = false;
    this.#life.end();
    this.#life = null;
    this.running = null;
    outside.doors = null;
    this.crashes += 1;
    this.disk.crash(() => world.chance(this.faults.keepsUnsynced));
    this.commits.crash((unflushed) => world.below(unflushed + 1));
    world.after(world.below(30_000), () => this.start());
  }

  /** No fault occurs any more, and the shop runs. */
  heal(): void {
    this.#isHealed = true;
    this.#isDoomed = false;
    this.start();
  }

  #processes(): readonly AnyProcess[] {
    const processes = processesOf(settings);
    if (this.planted !== 'stock that is never released') return processes;
    return processes.map((one) => ({
      ...one,
      pending: (state: never) =>
        one.pending(state).filter((work) => !('command' in work && work.command.type === 'ReleaseStock')),
    }));
  }

  #restart(life: Life): void {
    if (this.#life !== life) return;
    // Not within the call that failed, as the process ends a moment later.
    this.world.after(0, () => {
      if (this.#life === life) this.kill();
    });
  }

  #opened(engine: Engine, life: Life): void {
    if (this.#life !== life) return;
    this.running = { engine, life };
    const parts = { ...engine, gateways: { current: this.outside.gateway(life), former: null } };
    this.outside.doors = {
      life,
      webhooks: webhookDoor(parts),
      comeBack: (payment, id) => {
        // The customer sees an error, and the order goes on without them.
        lookAgain(parts, payment, { id, actor: 'customer' }).catch(() => undefined);
      },
    };
  }
}

/** Sends some orders to a review, and refuses some. */
function verdictOn(orderId: string) {
  if (orderId.endsWith('7')) return { verdict: 'review', reason: 'ends with 7' } as const;
  return orderId.endsWith('13')
    ? ({ verdict: 'reject', reason: 'FRAUD_REJECTED', message: 'ends with 13' } as const)
    : ({ verdict: 'pass' } as const);
}
