// Takes up the session of the last visit; tries again while the server can't be reached.
import { NotReached, type Session } from './session.js';
import { backoffMs } from './live.js';
import { browserSurroundings } from './surroundings.js';

export function resumed(session: Session, failures = 0): void {
  session.resume().catch((error: unknown) => {
    if (!(error instanceof NotReached)) throw error;
    const { after, random } = browserSurroundings;
    after(backoffMs(failures + 1, random()), () => {
      resumed(session, failures + 1);
    });
  });
}
