// A process manager with a bug that can be mended: each delivery to the shelf is a process of its own.
import type { RecordedEvent } from '@holdfast/kernel';
import type { AnyProcess } from '../what-if/fork.js';

export type BrokenProcess = {
  readonly process: AnyProcess;
  /** revisions of the events that it fails on */
  readonly broken: { has(revision: number): boolean };
  /** Makes it handle every event from now on, except those of these revisions. */
  mend(but?: ReadonlySet<number>): void;
};

export function brokenProcess(name: string): BrokenProcess {
  let broken: { has(revision: number): boolean } = { has: () => true };
  return {
    get broken() {
      return broken;
    },
    mend(but = new Set<number>()) {
      broken = but;
    },
    process: {
      name,
      initialState: 0,
      inputPrefixes: ['stock-'],
      route: ({ type, stream, revision }: RecordedEvent) =>
        type === 'StockReceived' && stream === 'stock-SHELF'
          ? { kind: 'start', id: `${name}.${revision}` }
          : { kind: 'ignore' },
      decide(input) {
        if (input.kind !== 'event') return [];
        if (broken.has(input.event.revision)) throw new Error('the label printer is broken');
        return [{ type: 'ShelfFilled', data: { revision: input.event.revision } }];
      },
      evolve: (state) => (state as number) + 1,
      pending: () => [],
    },
  };
}
