// One Kafka broker on loopback, in KRaft mode: node server.js LIBS DATA. LIBS is the folder with Kafka's jars. Prints
// `host:port pid` once clients can connect. The broker ends when standard input is closed, and keeps its port when it is started
// again on the same data. A third argument is a JSON file: `listener` (SSL, SASL_SSL) is what clients connect to then, `properties` are
// more settings of the broker, and `format` more arguments to the formatting of its storage.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import getPort, { portNumbers } from 'get-port';

const [libs, data, secured] = process.argv.slice(2);
const {
  listener = 'PLAINTEXT',
  properties: more = {},
  format: moreFormat = [],
} = secured === undefined ? {} : JSON.parse(readFileSync(secured, 'utf8'));
const properties = path.join(data, 'server.properties');
const classpath = `${libs}/*`;
const flags = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classpath];

// A free port below those that the system gives to others, since a broker that is started again needs it again.
const lastingPort = () =>
  getPort({ host: '127.0.0.1', port: portNumbers(20_000 + Math.floor(Math.random() * 12_000), 32_767) });

const settings = (port, internal, controller) => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=${listener}://127.0.0.1:${port},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=INTERNAL://127.0.0.1:${internal},${listener}://127.0.0.1:${port}
listener.security.protocol.map=${listener}:${listener},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=INTERNAL
log.dirs=${path.join(data, 'logs')}
auto.create.topics.enable=false
num.partitions=3
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
transaction.max.timeout.ms=60000
group.initial.rebalance.delay.ms=0
${Object.entries(more)
  .map(([name, value]) => `${name}=${value}`)
  .join('\n')}
`;

if (!existsSync(properties)) {
  mkdirSync(data, { recursive: true });
  writeFileSync(properties, settings(await lastingPort(), await lastingPort(), await lastingPort()));
  const format = [
    ...flags,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    'aG9sZGZhc3QtdGVzdHMtMQ',
    '-c',
    properties,
    ...moreFormat,
  ];
  const { status, stderr } = spawnSync('java', format, { encoding: 'utf8' });
  if (status !== 0) {
    console.error(stderr);
    process.exit(1);
  }
}
const port = Number(/^advertised.listeners=.*:(\d+)$/m.exec(readFileSync(properties, 'utf8'))[1]);

const broker = spawn('java', [...flags, 'kafka.Kafka', properties], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
broker.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
process.stdin.resume().on('end', () => broker.kill('SIGKILL'));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => broker.kill('SIGKILL'));

const connects = () =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('close', () => socket.destroy());
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('connect', () => socket.end());
  });
while (!(await connects())) await pause(50);
console.log(`127.0.0.1:${port} ${broker.pid}`);
