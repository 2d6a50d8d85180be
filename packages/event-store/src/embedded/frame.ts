// A frame: appends that become durable together, by one write and one sync.
import type { Position } from '@holdfast/kernel';
import type { FrameBuffer } from './record.js';
import type { Segment } from './segments.js';

export class Frame {
  count = 0;
  /** null as long as no caller waits for the frame */
  #waiters: Deferred | null = null;

  constructor(
    readonly buffer: FrameBuffer,
    readonly segment: Segment,
    readonly firstPosition: Position,
  ) {}

  get lastPosition(): Position {
    return this.firstPosition + this.count - 1;
  }

  /** One promise that all callers waiting for this frame share. */
  done(): Promise<void> {
    this.#waiters ??= deferred();
    return this.#waiters.promise;
  }

  succeed(): void {
    this.#waiters?.resolve();
  }

  fail(error: Error): void {
    this.#waiters?.reject(error);
  }
}

type Deferred = {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

function deferred(): Deferred {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
