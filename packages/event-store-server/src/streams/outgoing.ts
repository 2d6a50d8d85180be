// A stream of messages to a client: sending waits while the client is slow, and stops when the client disconnects.
import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import { asServiceError } from '../refusal.js';

type Call<Message> = ServerWritableStream<never, Message> | ServerDuplexStream<never, Message>;

export class Outgoing<Message> {
  readonly #gone = new AbortController();
  readonly #call: Call<Message>;
  #room: Promise<void> | undefined;

  constructor(call: unknown) {
    this.#call = call as Call<Message>;
    const gone = (): void => {
      this.#gone.abort();
    };
    this.#call.on('cancelled', gone);
    this.#call.on('close', gone);
    if (this.#call.cancelled) gone();
  }

  /** aborted when the client disconnects */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get isGone(): boolean {
    return this.#gone.signal.aborted;
  }

  /** Resolves when the next message may be sent. */
  send(message: Message): Promise<void> | undefined {
    if (this.isGone || this.#call.write(message)) return undefined;
    this.#room ??= new Promise((resolve) => {
      const go = (): void => {
        this.#room = undefined;
        this.#call.off('drain', go);
        this.signal.removeEventListener('abort', go);
        resolve();
      };
      this.#call.on('drain', go);
      this.signal.addEventListener('abort', go);
    });
    return this.#room;
  }

  /** Runs `answer`, then ends the call: normally, or with the refusal that `answer` threw. */
  async during(answer: () => Promise<void>): Promise<void> {
    try {
      await answer();
      if (!this.isGone) this.#call.end();
    } catch (error) {
      this.refuse(error);
    }
  }

  /** Ends the call with an error. */
  refuse(error: unknown): void {
    if (!this.isGone) this.#call.emit('error', asServiceError(error));
  }
}
