// Takes turns between asynchronous sections, first come first served.

export type Mutex = <T>(section: () => Promise<T>) => Promise<T>;

export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (section) => {
    const turn = last.then(section, section);
    last = turn.catch(() => undefined);
    return turn;
  };
}
