// A value outside React that components follow, and the same kept in local storage for all tabs of the browser.
import { useSyncExternalStore } from 'react';

export type Store<Value> = {
  readonly get: () => Value;
  readonly set: (value: Value) => void;
  readonly subscribe: (listener: () => void) => () => void;
};

export function createStore<Value>(initial: Value): Store<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** A value of local storage. Other tabs see each change; `read` makes a value of any stored text. */
export function createStoredStore<Value>(
  key: string,
  read: (stored: unknown) => Value,
  storage: Storage = localStorage,
): Store<Value> {
  const parse = (text: string | null): Value => {
    try {
      return read(text === null ? null : (JSON.parse(text) as unknown));
    } catch {
      // Text of another program under this key counts as none.
      return read(null);
    }
  };
  const stored = (): string | null => {
    try {
      return storage.getItem(key);
    } catch {
      // Without local storage the shop still works; the basket ends with the tab.
      return null;
    }
  };
  let text = stored();
  const inner = createStore(parse(text));
  const follow = (event: StorageEvent): void => {
    // A null key says that everything was cleared.
    if (event.key !== key && event.key !== null) return;
    text = stored();
    inner.set(parse(text));
  };
  window.addEventListener('storage', follow);
  return {
    ...inner,
    get() {
      // Another tab may have written an instant ago, before its event comes.
      const now = stored();
      if (now !== text) {
        text = now;
        inner.set(parse(now));
      }
      return inner.get();
    },
    set(value) {
      const written = JSON.stringify(value);
      try {
        storage.setItem(key, written);
        text = written;
      } catch {
        text = stored();
      }
      inner.set(value);
    },
  };
}

export const useStore = <Value>(store: Store<Value>): Value =>
  useSyncExternalStore(store.subscribe, store.get);
