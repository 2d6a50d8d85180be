// Time and chance of a simulation. Everything that happens is a task in one queue, in the order of its time, and one seed
// decides all delays: one seed is one run.
import { setImmediate } from 'node:timers/promises';
import type { Cancel, Environment, Random } from '@holdfast/kernel';
import { bytesFrom, fakeEnvironment, uuid } from '@holdfast/testing';

type Task = { readonly atMs: number; readonly order: number; readonly run: () => void; isCancelled: boolean };

/** One life of an operating-system process, from its start to its kill. */
export type Life = { readonly environment: Environment; isOver(): boolean; end(): void };

const startMs = Date.UTC(2026, 0, 1);

export class World {
  readonly random: Random;
  readonly ids: Environment['ids'];
  readonly clock: Environment['clock'];
  readonly #tasks = new Queue();
  #nowMs = 0;
  #tasksMade = 0;
  #idsMade = 0;
  /** how far the clock of the shop's machine is off */
  #skewMs = 0;
  tasksRun = 0;

  constructor(seed: number) {
    this.random = fakeEnvironment({ seed }).random;
    this.ids = { next: () => uuid((this.#idsMade += 1)) };
    this.clock = { now: () => startMs + Math.floor(this.#nowMs) };
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** uniform, from 0 up to and without `limit` */
  readonly below = (limit: number): number => Math.floor(this.random.next() * limit);
  readonly chance = (probability: number): boolean => this.random.next() < probability;

  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  readonly after = (ms: number, run: () => void): Cancel => {
    const task = {
      atMs: this.#nowMs + Math.max(0, ms),
      order: (this.#tasksMade += 1),
      run,
      isCancelled: false,
    };
    this.#tasks.add(task);
    return () => {
      task.isCancelled = true;
    };
  };

  /** The clock of the shop's machine is set, as an operator or NTP would; timers run on. */
  jump(ms: number): void {
    this.#skewMs += ms;
  }

  life(): Life {
    let over = false;
    const unlessOver = (run: () => void) => (): void => {
      if (!over) run();
    };
    const environment: Environment = {
      clock: { now: () => this.clock.now() + this.#skewMs },
      ids: this.ids,
      random: this.random,
      secrets: bytesFrom(this.random),
      scheduler: {
        // A timer may be late, never early.
        after: (ms, run) => this.after(Math.max(0, ms) + this.below(3), unlessOver(run)),
        soon: (run) => void this.after(0, unlessOver(run)),
      },
    };
    return {
      environment,
      isOver: () => over,
      end: () => {
        over = true;
      },
    };
  }

  /** Runs tasks until the condition holds or the time is over. Returns whether the condition holds. */
  async run(isDone: () => boolean, untilMs = Infinity): Promise<boolean> {
    for (;;) {
      if (isDone()) return true;
      const task = this.#tasks.take(untilMs);
      if (task === null) return false;
      if (task.isCancelled) continue;
      this.#nowMs = task.atMs;
      this.tasksRun += 1;
      task.run();
      // Runs all that the task made ready: nothing in the simulation waits for anything but tasks.
      await setImmediate();
    }
  }

  /** Runs tasks until the promise has settled. @throws its error, or StillWaiting */
  async settled<T>(promise: Promise<T>, withinMs = 24 * 60 * 60 * 1000): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    await setImmediate();
    if (!(await this.run(() => isSettled, this.#nowMs + withinMs))) throw new StillWaiting();
    return promise;
  }
}

/** The awaited promise did not settle within a long time. */
export class StillWaiting extends Error {
  override readonly name = 'StillWaiting';
}

/** Tasks by time, then by the order in which they were made: a binary heap. */
class Queue {
  readonly #tasks: Task[] = [];

  add(task: Task): void {
    let at = this.#tasks.push(task) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Removes and returns the first task; null when none is due by then. */
  take(untilMs: number): Task | null {
    const [first] = this.#tasks;
    if (first === undefined || first.atMs > untilMs) return null;
    const last = this.#tasks.pop() as Task;
    if (this.#tasks.length === 0) return first;
    this.#tasks[0] = last;
    for (let at = 0; ;) {
      let next = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.#tasks.length && this.#isBefore(child, next)) next = child;
      if (next === at) return first;
      this.#swap(at, next);
      at = next;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#tasks[a] as Task, this.#tasks[b] as Task];
    return one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs;
  }

  #swap(a: number, b: number): void {
    [this.#tasks[a], this.#tasks[b]] = [this.#tasks[b] as Task, this.#tasks[a] as Task];
  }
}
