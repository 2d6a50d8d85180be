// Live updates that miss nothing. graphql-ws sends the first variables again when it retries and has no queue for what was
// missed, so its retry is off: this file subscribes again, after the cursor of the last update that arrived.
export type LiveState = 'connecting' | 'live' | 'waiting';

type Errors = readonly {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}[];

export type LiveResult = { readonly data?: unknown; readonly errors?: Errors };

type Sink = {
  next(result: LiveResult): void;
  error(error: unknown): void;
  complete(): void;
};

/** The part of a graphql-ws client that is used here. */
export type Link = {
  subscribe(
    request: { readonly query: string; readonly variables?: Record<string, unknown> },
    sink: Sink,
  ): () => void;
};

/** Time, chance and the signs that a connection may work again. */
export type Surroundings = {
  /** Calls once after this time; returns a function that prevents it. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Calls each time when trying at once is worth it; returns a function that ends this. */
  readonly onWake: (call: () => void) => () => void;
};

export type LiveRequest = {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
};

export type LiveSink<Data> = {
  next(data: Data): void;
  /** The server refused for good; nothing follows. */
  refused(message: string): void;
  state?(state: LiveState): void;
};

const firstWaitMs = 400;
const longestWaitMs = 20_000;
/** Cursors that a server might send again are recent ones. */
const remembered = 500;
/** Codes that are worth another attempt, besides the errors that say so themselves. */
const worthAnotherTry = ['UNAUTHENTICATED', 'INTERNAL_SERVER_ERROR', 'CURSOR_TOO_OLD'];
/** So many refusals of a token in a row are final. */
const mostRefusedTokens = 2;

/** The cursor of an update: `cursor`, or the `position` of an event; null where the schema has none. */
export function cursorOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null) return null;
  const [update] = Object.values(data) as unknown[];
  if (typeof update !== 'object' || update === null) return null;
  const { cursor, position } = update as { readonly cursor?: unknown; readonly position?: unknown };
  const found = cursor ?? position;
  return typeof found === 'string' ? found : null;
}

/** The wait before the nth attempt after a failure: it doubles, and half of it is by chance. */
export const backoffMs = (failures: number, random: number): number =>
  Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1)) * (0.5 + random / 2);

/** Subscribes, and subscribes again after every end, until the function that it returns is called. */
export function live<Data>(
  link: Link,
  request: LiveRequest,
  sink: LiveSink<Data>,
  surroundings: Surroundings,
): () => void {
  const subscription = new LiveSubscription(link, request, sink, surroundings);
  subscription.open();
  return () => {
    subscription.close();
  };
}

/** The cursors of recent updates, to resume after the last one, and to drop repeated updates. */
class Cursors {
  readonly #seen = new Set<string>();
  last: string | null = null;

  /** Whether the update has not been seen. Updates without a cursor are always new. */
  isNew(data: unknown): boolean {
    const cursor = cursorOf(data);
    if (cursor === null) return true;
    if (this.#seen.has(cursor)) return false;
    this.#seen.add(cursor);
    this.last = cursor;
    const [oldest] = this.#seen;
    if (this.#seen.size > remembered && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }

  forget(): void {
    this.#seen.clear();
    this.last = null;
  }
}

class LiveSubscription<Data> {
  readonly #cursors = new Cursors();
  readonly #forgetWake: () => void;
  #failures = 0;
  #refusedTokens = 0;
  #attempt = 0;
  #leave: () => void = () => undefined;
  #cancelWait: (() => void) | null = null;
  #closed = false;

  constructor(
    private readonly link: Link,
    private readonly request: LiveRequest,
    private readonly sink: LiveSink<Data>,
    private readonly surroundings: Surroundings,
  ) {
    this.#forgetWake = surroundings.onWake(() => {
      if (this.#cancelWait === null) return;
      this.#cancelWait();
      this.#cancelWait = null;
      this.open();
    });
  }

  open(): void {
    this.#attempt += 1;
    const attempt = this.#attempt;
    /** Messages of an attempt that was given up are ignored. */
    const isCurrent = (): boolean => !this.#closed && attempt === this.#attempt && this.#cancelWait === null;
    const { query, variables = {} } = this.request;
    const { last } = this.#cursors;
    const resumes = last !== null && /\$after\b/.test(query);
    this.sink.state?.('connecting');
    this.#leave = this.link.subscribe(
      { query, variables: { ...variables, ...(resumes && { after: last }) } },
      {
        next: (result) => {
          if (isCurrent()) this.#receive(result);
        },
        error: (error) => {
          if (!isCurrent()) return;
          if (Array.isArray(error)) this.#failed(error as Errors);
          else this.#wait();
        },
        // Only the server ends the subscription here: this side unsubscribes before it closes.
        complete: () => {
          if (isCurrent()) this.#wait();
        },
      },
    );
  }

  close(): void {
    this.#closed = true;
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#forgetWake();
    this.#leave();
  }

  #receive({ data, errors = [] }: LiveResult): void {
    if (errors.length > 0) {
      this.#failed(errors);
      return;
    }
    this.#failures = 0;
    this.#refusedTokens = 0;
    this.sink.state?.('live');
    if (this.#cursors.isNew(data)) this.sink.next(data as Data);
  }

  #failed([error]: Errors): void {
    const { code, retryable } = error?.extensions ?? {};
    if (code === 'UNAUTHENTICATED') this.#refusedTokens += 1;
    // The log does not go back that far: the present state comes first again.
    if (code === 'CURSOR_TOO_OLD') this.#cursors.forget();
    const isWorthIt = retryable === true || worthAnotherTry.some((worth) => worth === code);
    if (isWorthIt && this.#refusedTokens <= mostRefusedTokens) {
      this.#leave();
      this.#wait();
      return;
    }
    this.close();
    this.sink.refused(error?.message ?? 'refused');
  }

  #wait(): void {
    if (this.#closed || this.#cancelWait !== null) return;
    this.#failures += 1;
    this.sink.state?.('waiting');
    const { after, random } = this.surroundings;
    this.#cancelWait = after(backoffMs(this.#failures, random()), () => {
      this.#cancelWait = null;
      this.open();
    });
  }
}
