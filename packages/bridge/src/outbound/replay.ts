// Publishes a part of the log again, at an operator's request. Its records have the same ids as the first time, and the header
// `replay`, so that a consumer can skip events that it has. No checkpoint moves.
import type { EventStore } from '@holdfast/event-store';
import type { DomainEvent, Environment, NewEvent, Position, Reasoned, RecordedEvent } from '@holdfast/kernel';
import { reasonOf, streamName } from '@holdfast/kernel';
import { reactorConsumer } from '@holdfast/runtime';
import { bridgeConsumer, prefixesOf, publicationOf, sourceOf, type BridgeSettings } from '../bridge.js';
import { RecordRefused, Stopped } from '../kafka/kafka-errors.js';
import { prepare, readOnce, type PreparationOptions, type Prepared } from './preparation.js';
import { atLeastOncePublisher, type Publisher } from './publisher.js';

export type ReplayOptions = {
  readonly settings: BridgeSettings;
  readonly store: EventStore;
  readonly environment: Environment;
  /** positions of the log, both included */
  readonly from: Position;
  readonly to: Position;
  /** the operator */
  readonly actor: string;
  readonly reason?: string;
  readonly signal: AbortSignal;
  onError(this: void, error: unknown): void;
};

export type Replayed = {
  readonly records: number;
  /** events that can't be published, with the reason */
  readonly refused: readonly { readonly position: Position; readonly reason: string }[];
};

/** Records a replay in the log; its actor is the operator. */
export type EventsReplayed = DomainEvent<
  'EventsReplayed',
  Reasoned & {
    readonly from: Position;
    readonly to: Position;
    readonly records: number;
    readonly refused: number;
  }
>;

const pageSize = 500;

type Refused = Replayed['refused'][number];

/** @throws Stopped, StoreUnavailable */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { settings, store, environment, from, to, signal, onError } = options;
  const clientId = `${settings.name}-replay`;
  const publisher = atLeastOncePublisher({ kafka: settings, clientId, environment, signal, onError });
  const preparing = { ...options, ...publicationOf(settings), source: sourceOf(settings) };
  const filter = { streamPrefixes: prefixesOf() };
  const refused: Refused[] = [];
  let records = 0;
  try {
    let page = await store.readAll({ from, filter, limit: pageSize });
    for (;;) {
      const asked = page.filter(({ position }) => position <= to);
      records += await publishAgain(preparing, publisher, asked, refused);
      const last = page.at(-1)?.position;
      if (last === undefined || last >= to || page.length < pageSize) break;
      page = await store.readAll({ after: last, filter, limit: pageSize });
    }
  } finally {
    await publisher.close();
  }
  await putOnRecord(options, { from, to, records, refused: refused.length, ...reasonOf(options) });
  return { records, refused };
}

/** Returns how many records were published. Events that can't be published are added to `refused`. */
async function publishAgain(
  preparing: PreparationOptions,
  publisher: Publisher,
  events: readonly RecordedEvent[],
  refused: Refused[],
): Promise<number> {
  const read = readOnce(preparing.store);
  const refuse = ({ position }: RecordedEvent, error: unknown): void => {
    if (error instanceof Stopped) throw error;
    const cause = error instanceof RecordRefused ? error.cause : error;
    refused.push({ position, reason: cause instanceof Error ? cause.message : String(cause) });
  };
  const prepared: Prepared[] = [];
  for (const event of events)
    await prepare(preparing, event, read, true).then(
      (records) => prepared.push({ event, records }),
      (error: unknown) => refuse(event, error),
    );
  const publish = async (some: readonly Prepared[]): Promise<number> => {
    const records = some.flatMap((one) => one.records);
    try {
      await publisher.publish({ records, reached: null });
      return records.length;
    } catch (error) {
      const [one] = some;
      if (some.length === 1 && one !== undefined) refuse(one.event, error);
      else if (!(error instanceof RecordRefused)) throw error;
      let count = 0;
      for (const single of some.length > 1 ? some : []) count += await publish([single]);
      return count;
    }
  };
  return publish(prepared);
}

async function putOnRecord(
  { store, environment: { ids, clock }, actor }: ReplayOptions,
  data: EventsReplayed['data'],
): Promise<void> {
  const stream = streamName('control', reactorConsumer(bridgeConsumer));
  const id = ids.next();
  const at = new Date(clock.now()).toISOString();
  const metadata = { correlationId: id, causationId: id, commandId: id, actor, at, schemaVersion: 1 };
  const replayed: NewEvent<EventsReplayed> = { type: 'EventsReplayed', data, id, metadata };
  const appended = await store.append(stream, [replayed], 'any');
  if (appended.ok) await store.synced(appended.value.position);
}
