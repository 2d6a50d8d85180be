// One WebSocket, message by message, for specs of peers that break the protocol.
import { WebSocket } from 'ws';

export type Message = {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
};

export type Conversation = {
  readonly socket: WebSocket;
  readonly messages: readonly Message[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(message: object | string): void;
  subscribe(id: string, query: string, variables?: object): void;
  /** The messages of one operation. */
  of(id: string): readonly Message[];
};

/** Opens a socket and begins; resolves once the server has acknowledged it, or closed it. */
export async function converse(url: string, token?: string): Promise<Conversation> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: Message[] = [];
  const byOperation = new Map<string | undefined, Message[]>();
  const closed = new Promise<{ readonly code: number; readonly reason: string }>((resolve) => {
    socket.once('close', (code: number, reason: Buffer) => {
      resolve({ code, reason: reason.toString() });
    });
  });
  socket.on('error', () => undefined);
  const send = (message: object | string): void => {
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  };
  const acknowledged = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      messages.push(message);
      const ofItsOperation = byOperation.get(message.id);
      if (ofItsOperation === undefined) byOperation.set(message.id, [message]);
      else ofItsOperation.push(message);
      if (message.type === 'connection_ack') resolve();
    });
  });
  socket.once('open', () => {
    const payload = token === undefined ? {} : { authorization: `Bearer ${token}` };
    send({ type: 'connection_init', payload });
  });
  await Promise.race([acknowledged, closed]);
  return {
    socket,
    messages,
    closed,
    send,
    subscribe: (id, query, variables = {}) => {
      send({ type: 'subscribe', id, payload: { query, variables } });
    },
    of: (id) => byOperation.get(id) ?? [],
  };
}
