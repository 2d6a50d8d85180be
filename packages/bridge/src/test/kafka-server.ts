// The Kafka of scripts/with-kafka.sh, and brokers that a spec may end.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@holdfast/testing';
import { Producer } from '@platformatic/kafka';
import { CommittedReader, type ReadRecord } from '../kafka/committed-reader.js';
import { clientOptions, type KafkaSettings } from '../kafka/kafka-settings.js';

const { KAFKA_BROKERS, KAFKA_LIBS } = process.env;

/** Empty without Kafka: then the specs are skipped. */
export const brokers = KAFKA_BROKERS ?? '';
export const libs = KAFKA_LIBS ?? '';
export const skipped = 'SKIPPED: run scripts/with-kafka.sh npm run test:acceptance';

export const kafkaAt = (address: string): KafkaSettings => ({ brokers: [address], tls: null, sasl: null });

export type Broker = {
  readonly address: string;
  /** ends it at once, as a lost machine does */
  kill(): Promise<void>;
};

const script = fileURLToPath(new URL('../../../../scripts/kafka/server.js', import.meta.url));

/**
 * A broker on this data; on the data of an earlier one it has that one's address. `secured`: a file of settings as
 * `scripts/kafka/server.js` reads it.
 */
export async function startBroker(data: string, secured?: string): Promise<Broker> {
  const more = secured === undefined ? [] : [secured];
  const child = spawn(process.execPath, [script, libs, data, ...more], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const [address, pid] = (await firstLine(child)).split(' ');
  return {
    address: address ?? '',
    kill: async () => {
      process.kill(Number(pid), 'SIGKILL');
      await ended;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.on('exit', (code) => reject(new Error(`the broker ended with ${code ?? 'a signal'}`)));
  });
}

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bridge-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Everything that is decided in a topic, in the order of each partition. */
export const readTopic = (kafka: KafkaSettings, topic: string): Promise<readonly ReadRecord[]> =>
  // A partition that is new, or whose broker has just started, may have no leader yet.
  eventually(() => readOnce(kafka, topic));

async function readOnce(kafka: KafkaSettings, topic: string): Promise<readonly ReadRecord[]> {
  const reader = new CommittedReader(kafka, 'spec-reader');
  try {
    const { partitionsCount } = await reader.topic(topic);
    const records: ReadRecord[] = [];
    for (let partition = 0; partition < partitionsCount; partition += 1) {
      const { first, end } = await reader.bounds(topic, partition);
      for (let at = first; at < end;) {
        const page = await reader.read(topic, partition, at, 100);
        records.push(...page.records);
        at = page.next;
      }
    }
    return records;
  } finally {
    await reader.close();
  }
}

export type SentRecord = {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** Sends records, in a transaction where it says how that ends. */
export async function sendTo(
  kafka: KafkaSettings,
  topic: string,
  records: readonly SentRecord[],
  ending?: 'commit' | 'abort',
): Promise<void> {
  const options = clientOptions(kafka, 'spec');
  const producer = new Producer({ ...options, idempotent: true, producerId: -1n, producerEpoch: -1 });
  const messages = records.map(({ key, value, headers }) => ({
    topic,
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers: new Map(
      Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const),
    ),
  }));
  if (ending === undefined) await producer.send({ messages });
  else {
    const transaction = await producer.beginTransaction();
    await transaction.send({ messages });
    await transaction[ending]();
  }
  await producer.close();
}
