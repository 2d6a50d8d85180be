import getPort, { portNumbers } from 'get-port';

/**
 * A free port of the loopback, for a server that is stopped and started again at the same address. It is below the ports that
 * systems give to connections and to `listen(0)` (from 32768 on Linux), so nobody else gets it in the meantime.
 */
export const lastingPort = (): Promise<number> => {
  const first = 20_000 + Math.floor(Math.random() * 12_000);
  return getPort({ host: '127.0.0.1', port: portNumbers(first, 32_767) });
};
