// Makes a store fail, hang, lose replies or be slow, for specs. It wraps any adapter.
import type { Awaitable } from '@holdfast/kernel';

/**
 * `down`: every call fails. `hanging`: no call returns; once the store is well again, they go through. `lost`: every call
 * takes effect and then fails. `slow`: every call returns late.
 */
export type Day = 'well' | 'down' | 'hanging' | 'lost' | 'slow';

export type Unreliable = {
  day(day: Day): void;
  /** The store, wrapped. */
  around<S extends object>(this: void, store: S): S;
};

const slowMs = 30;

export function unreliable(outage: () => Error): Unreliable {
  let today: Day = 'well';
  let waiting: (() => void)[] = [];

  const through = <T>(work: () => Awaitable<T>): Awaitable<T> => {
    switch (today) {
      case 'well':
        return work();
      case 'down':
        return Promise.reject(outage());
      case 'hanging':
        return new Promise<void>((resolve) => waiting.push(resolve)).then(() => through(work));
      case 'lost':
        return Promise.resolve(work()).then(() => Promise.reject(outage()));
      case 'slow':
        return new Promise<void>((resolve) => setTimeout(resolve, slowMs)).then(work);
    }
  };

  /** Batches of subscriptions are delayed or refused in the same way. */
  async function* each<T>(batches: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const batch of batches) {
      await through(() => undefined);
      yield batch;
    }
  }

  return {
    day(day) {
      today = day;
      const all = waiting;
      waiting = [];
      for (const resolve of all) resolve();
    },
    around: <S extends object>(store: S): S =>
      new Proxy(store, {
        get(target, name) {
          const method = Reflect.get(target, name) as unknown;
          if (typeof method !== 'function') return method;
          return (...args: readonly unknown[]): unknown => {
            const call = (): unknown => Reflect.apply(method, target, args) as unknown;
            if (name === 'close') return call();
            if (name === 'subscribeAll') return each(call() as AsyncIterable<unknown>);
            return through(call);
          };
        },
      }),
  };
}
