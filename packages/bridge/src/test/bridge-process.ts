// A bridge in a process of its own, which a spec has killed at a named point. Its last line says that it has caught up.
import { Producer } from '@platformatic/kafka';
import type { ReadStore } from '@holdfast/read-store';
import { kafkaAt } from './kafka-server.js';
import { openBridge, openStores } from './rig.js';
import { watchClients } from './watched-clients.js';
import type { Mode } from '../outbound/publishers.js';

/** The points at which the process is killed, when it reaches one for the `nth` time. */
export type KillPoint =
  /** the broker has acknowledged a request, and the bridge does not know */
  | 'sent'
  /** the bridge knows, and its checkpoint has not moved */
  | 'acknowledged'
  /** the checkpoint has moved */
  | 'checkpoint saved'
  /** the records of a transaction are sent, and it is not committed */
  | 'before the commit'
  /** the transaction is committed, and the bridge does not know */
  | 'committed';

export type ProcessOptions = {
  readonly folder: string;
  readonly address: string;
  readonly topic: string;
  readonly mode: Mode;
  readonly maxEvents: number;
  readonly kill: { readonly point: KillPoint; readonly nth: number } | null;
};

const { folder, address, topic, mode, maxEvents, kill } = JSON.parse(process.argv[2] ?? '') as ProcessOptions;

let met = 0;
function reached(point: KillPoint): void {
  if (kill?.point !== point) return;
  met += 1;
  if (met === kill.nth) process.kill(process.pid, 'SIGKILL');
}

type Method = (this: unknown, ...call: unknown[]) => unknown;

watchClients({ sent: () => reached('sent') });
const { beginTransaction } = Producer.prototype as unknown as Record<'beginTransaction', Method>;
Object.assign(Producer.prototype, {
  async beginTransaction(this: unknown, ...call: unknown[]) {
    const transaction = (await beginTransaction.apply(this, call)) as { commit(): Promise<void> };
    const commit = transaction.commit.bind(transaction);
    transaction.commit = async () => {
      reached('before the commit');
      await commit();
      reached('committed');
    };
    return transaction;
  },
});

const stores = await openStores(folder);
const bridge = await openBridge({
  ...stores,
  readStore: watched(stores.readStore),
  kafka: kafkaAt(address),
  topic,
  mode,
  maxEvents,
});
const { synced } = await stores.store.end();
while (bridge.handled() < synced) await new Promise((resolve) => setTimeout(resolve, 10));
await bridge.stop();
await stores.close();
console.log('caught up');

function watched(store: ReadStore): ReadStore {
  const apply: ReadStore['apply'] = async (...call) => {
    reached('acknowledged');
    const applied = await store.apply(...call);
    reached('checkpoint saved');
    return applied;
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'apply') return apply;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value as Method).bind(target) : value;
    },
  });
}
