// Ends a connection when the access that it was opened with ends. The log shows at once that a session ends or an account
// changes, in whichever process that happens; a regular check notices that the token's time is over.
import { accountStream, sessionStream } from '@holdfast/accounts';
import type { Environment, Position } from '@holdfast/kernel';
import type { Feed } from '@holdfast/runtime';
import type { Viewer } from './viewer.js';

const lookEveryMs = 3_000;

export type AccessWatch = {
  readonly feed: Feed;
  readonly scheduler: Environment['scheduler'];
  /** the viewer that the connection's token names by now, or null */
  viewerNow(this: void): Promise<Viewer | null>;
  /** called once, when the access is over */
  ended(this: void): void;
  /** called once, when it can't be determined whether the access continues */
  failed(this: void, error: unknown): void;
};

/** `since`: a log position read before the viewer was. Returns the function that stops the watch. */
export function watchAccess(viewer: Viewer, since: Position, watch: AccessWatch): () => void {
  const leaving = new AbortController();
  const { signal } = leaving;
  let cancel = (): void => undefined;

  const settle = (report: () => void): void => {
    if (signal.aborted) return;
    cancel();
    leaving.abort();
    report();
  };
  const look = async (): Promise<void> => {
    try {
      if ((await watch.viewerNow()) === null) settle(watch.ended);
    } catch (error) {
      settle(() => {
        watch.failed(error);
      });
    }
  };
  const lookAgain = (): void => {
    cancel = watch.scheduler.after(lookEveryMs, () => {
      void look().then(() => {
        if (!signal.aborted) lookAgain();
      });
    });
  };
  const follow = async (): Promise<void> => {
    const streams = [sessionStream(viewer.sessionId), accountStream(viewer.id)];
    try {
      for await (const _ of watch.feed({ streams, after: since, signal })) await look();
    } catch (error) {
      settle(() => {
        watch.failed(error);
      });
    }
  };

  lookAgain();
  void follow();
  return () => {
    settle(() => undefined);
  };
}
