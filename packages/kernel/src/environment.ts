// Time, chance and identity come from outside, so that the same seed repeats the same run.

export type Clock = {
  /** milliseconds since the epoch; may step backwards, as real clocks do */
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
  /** a new UUID */
  next(): string;
};

export type Random = {
  /** uniform in [0, 1) */
  next(): number;
};

/** Random bytes that can't be predicted: for codes and tokens. */
export type Secrets = {
  bytes(count: number): Uint8Array;
};

export type Environment = {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly random: Random;
  readonly secrets: Secrets;
};
