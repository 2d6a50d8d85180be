// An event store whose calls are counted: all of them, and those that had to follow one another.
import type { EventStore } from '@holdfast/event-store';

type Call = { readonly name: string; readonly began: number; readonly ended: number };

export type Calls = {
  around(this: void, store: EventStore): EventStore;
  clear(this: void): void;
  /** of the calls that have ended */
  count(this: void, kind: 'append' | 'read'): number;
  /** the longest chain of appends that each began after the previous one had ended */
  following(this: void): number;
  report(this: void): readonly string[];
};

const reads: readonly (keyof EventStore)[] = ['readStream', 'readAll', 'end'];

export function countingCalls(): Calls {
  let calls: Call[] = [];
  let moment = 0;

  const counted = (name: keyof EventStore, call: () => unknown, what: string): unknown => {
    const began = (moment += 1);
    const done = (): void => {
      calls.push({ name: `${name} ${what}`, began, ended: (moment += 1) });
    };
    const answer = call();
    if (answer instanceof Promise) answer.then(done, done);
    else done();
    return answer;
  };

  const of = (kind: 'append' | 'read'): readonly Call[] =>
    calls.filter(({ name }) =>
      kind === 'append' ? name.startsWith('append') : reads.some((read) => name.startsWith(read)),
    );

  return {
    around: (store) =>
      new Proxy(store, {
        get: (target, name) => {
          const method = Reflect.get(target, name) as unknown;
          if (typeof method !== 'function') return method;
          return (...args: readonly unknown[]): unknown => {
            const call = (): unknown => Reflect.apply(method, target, args) as unknown;
            const key = name as keyof EventStore;
            if (key !== 'append' && !reads.includes(key)) return call();
            const types = Array.isArray(args[1])
              ? (args[1] as { type: string }[]).map(({ type }) => type)
              : [];
            return counted(key, call, [typeof args[0] === 'string' ? args[0] : '', ...types].join(' '));
          };
        },
      }),
    clear: () => {
      calls = [];
    },
    count: (kind) => of(kind).length,
    following: () => {
      let length = 0;
      let free = 0;
      for (const { began, ended } of [...of('append')].sort((a, b) => a.ended - b.ended)) {
        if (began < free) continue;
        length += 1;
        free = ended;
      }
      return length;
    },
    report: () =>
      [...calls]
        .sort((a, b) => a.began - b.began)
        .map(({ name, began, ended }) => `${began}-${ended} ${name}`),
  };
}
