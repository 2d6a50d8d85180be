// A TCP connection between a client and a server on loopback, for specs that cut it, or watch or hold back its bytes.
import { once } from 'node:events';
import net from 'node:net';

export type Wire = {
  readonly port: number;
  /** Destroys all connections, towards both sides. */
  cut(): void;
  close(): Promise<void>;
};

export type WireOptions = {
  /** Whether a new connection is accepted; absent: always. */
  readonly accepts?: () => boolean;
  /** Called with bytes of a client and the function that passes them on; absent: passes them on at once. */
  readonly toServer?: (bytes: Buffer, pass: () => void) => void;
  /** Called with bytes of the server and the function that passes them on; absent: passes them on at once. */
  readonly toClient?: (bytes: Buffer, pass: () => void) => void;
};

const atOnce = (_: Buffer, pass: () => void): void => {
  pass();
};

/** Opens a wire to the server at port `to`. */
export async function openWire(
  to: number,
  { accepts = () => true, toServer = atOnce, toClient = atOnce }: WireOptions = {},
): Promise<Wire> {
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((near) => {
    if (!accepts()) {
      near.destroy();
      return;
    }
    const far = net.connect(to, '127.0.0.1');
    for (const [socket, other, onBytes] of [
      [near, far, toServer],
      [far, near, toClient],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on('data', (bytes: Buffer) => {
        onBytes(bytes, () => void other.write(bytes));
      });
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (listener.address() as net.AddressInfo).port,
    cut,
    close: async () => {
      cut();
      listener.close();
      await once(listener, 'close');
    },
  };
}
