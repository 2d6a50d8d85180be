// A request that changes something counts as complete only when its caller ended it and has not cancelled it. Node also ends
// a request's stream when the caller was killed, reset the stream or lost its connection; and clients on Node that cancel a
// call end it first and reset it after. A handler must not take either for the end of the request.
import type { Http2Session, ServerHttp2Stream } from 'node:http2';
import {
  Server,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';

/** the time that the client itself allows for a reply */
const messageLimitBytes = 17 * 1024 * 1024;

/** calls whose request has an effect once it has ended; in BatchAppend each append marks its own end */
const changing = /\/(?:Append|Delete|Tombstone|Create|Update|ReplayParked|RestartSubsystem)$/u;

/** A gRPC server whose handlers see the end of a request only when its caller ended it, in every kind of call. */
export const grpcServer = (): Server =>
  new Server({ 'grpc.max_receive_message_length': messageLimitBytes, interceptors: [endedByTheCaller] });

const endedByTheCaller: ServerInterceptor = (method, call) =>
  new ServerInterceptingCall(call, {
    start: (next) => {
      const listener = new ServerListenerBuilder().withOnReceiveHalfClose((halfClose) => {
        const stream = streamOf(call);
        const pass = (): void => {
          if (!stream.closed && !stream.destroyed) halfClose();
        };
        if (!changing.test(method.path)) pass();
        else if (stream.session !== undefined) void heard(stream.session).then(pass);
      });
      next(listener.build());
    },
  });

/** Only grpc-js itself has the HTTP/2 stream, under this name. */
const streamOf = (call: ServerInterceptingCallInterface): ServerHttp2Stream =>
  (call as unknown as { readonly stream: ServerHttp2Stream }).stream;

type Pings = { readonly running: Promise<void>; next: Promise<void> | null };
const pings = new WeakMap<Http2Session, Pings>();

/**
 * Resolves when all that the client had sent up to now has come, a reset among it: frames keep their order, so the
 * reply to a ping comes after it. A connection that ends has closed its streams by then.
 */
function heard(session: Http2Session): Promise<void> {
  const pinged = pings.get(session);
  if (pinged === undefined) {
    const running = ping(session);
    pings.set(session, { running, next: null });
    void running.then(() => pings.delete(session));
    return running;
  }
  // the ping that is under way may be older than the request, so all requests since then share another one
  pinged.next ??= pinged.running.then(() => heard(session));
  return pinged.next;
}

function ping(session: Http2Session): Promise<void> {
  return new Promise((resolve) => {
    const onPong = (): void => {
      resolve();
    };
    if (session.destroyed || !session.ping(onPong)) resolve();
  });
}
