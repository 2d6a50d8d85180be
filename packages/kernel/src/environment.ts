// Time, chance and identity come in from outside, so that one seed is one run.

export type Clock = {
  /** milliseconds since the epoch; may step backwards, as clocks do */
  now(): number;
};

export type Cancel = () => void;

export type Scheduler = {
  /** once, after at least `ms` */
  after(ms: number, run: () => void): Cancel;
  /** runs once, after the running code and the microtasks that it queued (Node's setImmediate) */
  soon(run: () => void): void;
};

export type Ids = {
  /** a UUID that was never given before */
  next(): string;
};

export type Random = {
  /** uniform in [0, 1) */
  next(): number;
};

export type Environment = {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly random: Random;
};
