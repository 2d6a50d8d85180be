// A request counts as complete only when its caller ended it. Node also ends a request's stream when the caller was
// killed, cancelled, reset the stream or lost its connection; a handler must not take that for the end of the request.
import type { ServerHttp2Stream } from 'node:http2';
import {
  Server,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';

/** what the client itself allows for an answer */
const messageLimitBytes = 17 * 1024 * 1024;

/** A gRPC server whose handlers hear of the end of a request from its caller alone, in every kind of call. */
export const grpcServer = (): Server =>
  new Server({ 'grpc.max_receive_message_length': messageLimitBytes, interceptors: [endedByTheCaller] });

const endedByTheCaller: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start: (next) => {
      const listener = new ServerListenerBuilder().withOnReceiveHalfClose((halfClose) => {
        if (isOpen(call)) halfClose();
      });
      next(listener.build());
    },
  });

/**
 * Whether the HTTP/2 stream still stands. Node marks it as closed before it ends it, in each of the cases above; after
 * the caller's own end it stays open for the answer. Only grpc-js itself has the stream, under this name.
 */
const isOpen = (call: ServerInterceptingCallInterface): boolean => {
  const { stream } = call as unknown as { readonly stream: ServerHttp2Stream };
  return !stream.closed && !stream.destroyed;
};
