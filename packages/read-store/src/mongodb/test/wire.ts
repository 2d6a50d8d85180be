// A wire to a server on loopback that can be cut, pass nothing on, or hold back a client's messages from some message on.
import { once } from 'node:events';
import net from 'node:net';

export type Wire = {
  readonly port: number;
  /** Holds back everything after the message that contains all of these words. Resolves when that message has passed. */
  holdAfter(words: readonly string[]): Promise<void>;
  /** Lets everything that was held back, and everything after it, through. */
  release(): void;
  /** Ends every connection and refuses new ones, or accepts them again. */
  cut(is: boolean): void;
  close(): Promise<void>;
};

export async function openWire(to: number): Promise<Wire> {
  const sockets = new Set<net.Socket>();
  const held: (() => void)[] = [];
  let awaited: { readonly words: readonly string[]; readonly passed: () => void } | null = null;
  let holding = false;
  let isCut = false;
  const listener = net.createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = net.connect(to, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    far.pipe(near);
    near.on('data', (chunk) => {
      const pass = (): void => void far.write(chunk);
      if (holding) {
        held.push(pass);
        return;
      }
      pass();
      if (awaited?.words.every((word) => chunk.includes(word)) === true) {
        holding = true;
        awaited.passed();
        awaited = null;
      }
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as net.AddressInfo).port,
    holdAfter: (words) =>
      new Promise((passed) => {
        awaited = { words, passed };
      }),
    release: () => {
      holding = false;
      for (const pass of held.splice(0)) pass();
    },
    cut: (is) => {
      isCut = is;
      if (!is) return;
      for (const socket of sockets) socket.destroy();
      held.length = 0;
      holding = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
