// A replay in a process of its own, which a spec has killed on its way. Its last line is the outcome, as JSON.
import { replay } from '../outbound/replay.js';
import { kafkaAt } from './kafka-server.js';
import { bridgeSettings, environment, openStores } from './rig.js';
import { watchClients } from './watched-clients.js';

export type ReplayProcessOptions = {
  readonly folder: string;
  readonly address: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** It is killed when the broker has acknowledged this many requests, and the replay does not know. */
  readonly killAtSent: number | null;
};

const { folder, address, name, from, to, killAtSent } = JSON.parse(
  process.argv[2] ?? '',
) as ReplayProcessOptions;

let sent = 0;
watchClients({
  sent: () => {
    sent += 1;
    if (sent === killAtSent) process.kill(process.pid, 'SIGKILL');
  },
});

const stores = await openStores(folder);
const outcome = await replay({
  settings: bridgeSettings({ kafka: kafkaAt(address), name, mode: 'exactly-once' }),
  ...{ store: stores.store, environment, from, to, actor: 'operator:a' },
  signal: new AbortController().signal,
  onError: (error) => console.error(error),
});
await stores.close();
console.log(JSON.stringify(outcome));
