// The product as several processes on the loopback, as docker-compose.yml runs them: both stores, two processes of each
// role and the gateway. Each can be killed and started again at the same address.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { lastingPort } from '@holdfast/testing';
import { startProgram, type Program } from './program.js';

const gatewayConfiguration = fileURLToPath(new URL('../../../../deploy/gateway.cfg', import.meta.url));

/** The reason why the cluster can't run here, or null. */
export function missingForCluster(): string | null {
  if (process.env['FERRETDB'] === undefined) return 'scripts/with-mongodb.sh gives no FERRETDB';
  return spawnSync('haproxy', ['-v']).error === undefined ? null : 'there is no haproxy';
}

export type Member = {
  readonly name: string;
  /** SIGKILL, until it is gone */
  kill(): Promise<void>;
  start(): Promise<void>;
};

export type Cluster = {
  /** GraphQL, through the gateway */
  readonly url: string;
  readonly eventStoreUrl: string;
  readonly mongodbUrl: string;
  readonly members: readonly Member[];
  /** A process that runs checkouts, and that other processes take for dead while it is suspended. */
  readonly sleeper: Pick<Program, 'pause' | 'resume'>;
  end(): Promise<void>;
};

export async function startCluster(
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<Cluster> {
  const [esdb, first, second, gateway] = await lastingPorts();
  const running = new Map<string, Program>();
  const mongodb = await startMongoDb(join(directory, 'mongodb'));
  const eventStoreUrl = `esdb://127.0.0.1:${esdb}?tls=false`;
  const shared = { ...environment, EVENTSTORE_URL: eventStoreUrl, MONGODB_URL: mongodb.url };

  const member = (
    name: string,
    args: readonly string[],
    settings: Readonly<Record<string, string>>,
  ): Member => ({
    name,
    kill: async () => running.get(name)?.kill(),
    start: async () => void running.set(name, await startProgram(settings, args)),
  });
  const roles = (role: string, ports: readonly [number, number]): readonly Member[] =>
    ports.map((port, n) =>
      member(`${role} ${n + 1}`, ['start', '--roles', role], { ...shared, PORT: String(port) }),
    );
  const events = member('event store', ['eventstore', '--port', String(esdb)], { DATA_DIR: directory });
  const members = [
    ...roles('api', [first, second]),
    ...roles('process', [0, 0]),
    ...roles('projections', [0, 0]),
    events,
    mongodb.member,
  ];
  await events.start();
  await Promise.all(
    members.filter((one) => one !== events && one !== mongodb.member).map((one) => one.start()),
  );
  const balancer = spawn('haproxy', ['-db', '-f', gatewayConfiguration], {
    env: {
      PATH: process.env['PATH'],
      GATEWAY_LISTEN: `127.0.0.1:${gateway}`,
      API_FIRST: `127.0.0.1:${first}`,
      API_SECOND: `127.0.0.1:${second}`,
    },
    stdio: 'ignore',
  });
  return {
    url: `http://127.0.0.1:${gateway}/graphql`,
    eventStoreUrl,
    mongodbUrl: mongodb.url,
    members,
    sleeper: {
      pause: () => running.get('process 2')?.pause(),
      resume: () => running.get('process 2')?.resume(),
    },
    end: async () => {
      await ended(balancer, 'SIGKILL');
      await Promise.all([...running.values()].map((program) => program.kill()));
      await mongodb.end();
    },
  };
}

/** The server picks a port at each start, so the processes reach it through a relay that knows the present port. */
async function startMongoDb(folder: string) {
  let server: ChildProcess | null = null;
  let port = 0;
  const start = async (): Promise<void> => {
    await mkdir(folder, { recursive: true });
    server = spawn(process.env['FERRETDB'] ?? '', [folder], { stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
    const [address] = (await once(lines, 'line')) as [string];
    port = Number(new URL(address).port);
  };
  const kill = async (): Promise<void> => {
    if (server !== null) await ended(server, 'SIGKILL');
  };
  const open = new Set<Socket>();
  const relay = createServer((incoming) => {
    const outgoing = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await Promise.all([start(), once(relay, 'listening')]);
  const member: Member = { name: 'MongoDB', kill, start };
  return {
    url: `mongodb://127.0.0.1:${(relay.address() as AddressInfo).port}/cluster`,
    member,
    end: async () => {
      for (const socket of open) socket.destroy();
      relay.close();
      await kill();
    },
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'exit');
  child.kill(signal);
  await closed;
}

const lastingPorts = (): Promise<[number, number, number, number]> =>
  Promise.all([lastingPort(), lastingPort(), lastingPort(), lastingPort()]);
