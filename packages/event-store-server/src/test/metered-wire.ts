// A TCP connection to the server that counts what the client sends, and can be cut in the middle of it.
import { once } from 'node:events';
import net from 'node:net';

export type MeteredWire = {
  readonly port: number;
  /** Resolves when clients have sent so many bytes. */
  sent(bytes: number): Promise<void>;
  /** Destroys all connections, towards both sides. */
  cut(): void;
  close(): Promise<void>;
};

export async function openMeteredWire(to: number): Promise<MeteredWire> {
  const sockets = new Set<net.Socket>();
  let passed = 0;
  let awaited: { readonly bytes: number; readonly resolve: () => void } | null = null;
  const listener = net.createServer((near) => {
    const far = net.connect(to, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (bytes: Buffer) => {
      far.write(bytes);
      passed += bytes.length;
      if (awaited !== null && passed >= awaited.bytes) awaited.resolve();
    });
    far.pipe(near);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (listener.address() as net.AddressInfo).port,
    sent: (bytes) =>
      new Promise((resolve) => {
        awaited = { bytes, resolve };
        if (passed >= bytes) resolve();
      }),
    cut,
    close: async () => {
      cut();
      listener.close();
      await once(listener, 'close');
    },
  };
}
