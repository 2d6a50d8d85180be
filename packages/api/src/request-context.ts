// What every resolver is told about the operation that it answers.
import type { Viewer } from './people/people.js';

export type RequestContext = {
  /** null: nobody has signed in */
  readonly viewer: Viewer | null;
  /** in the answer's errors and in the logs */
  readonly correlationId: string;
  /** the caller's network address, as the socket has it */
  readonly address: string;
  /** over WebSocket: who the viewer is by now, null when the access has ended */
  readonly viewerNow?: () => Promise<Viewer | null>;
};

/** A context in which someone has signed in: what resolvers behind the access table get. */
export type SignedIn = RequestContext & { readonly viewer: Viewer };
