// A persistent subscription group for specs, and a consumer of it.
import { randomUUID } from 'node:crypto';
import {
  type PersistentSubscriptionToStream,
  type PersistentSubscriptionToStreamResolvedEvent,
  type PersistentSubscriptionToStreamSettings,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import { events, type ServedClient } from './official-client.js';

export const unique = (name: string): string => `${name}-${randomUUID()}`;

export type GroupEvent = PersistentSubscriptionToStreamResolvedEvent;
type Settings = Partial<PersistentSubscriptionToStreamSettings>;

/** Appends so many events to a new stream, and creates a group on it that begins at its start unless the settings differ. */
export async function streamWithGroup({ client }: ServedClient, count: number, settings: Settings = {}) {
  const [stream, group] = [unique('stream'), unique('group')];
  if (count > 0) await client.appendToStream(stream, events(count));
  await client.createPersistentSubscriptionToStream(
    stream,
    group,
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...settings }),
  );
  return { stream, group, subscribe: () => client.subscribeToPersistentSubscriptionToStream(stream, group) };
}

/** Passes events to `handle` until it returns true, then unsubscribes. */
export async function consume(
  subscription: PersistentSubscriptionToStream,
  handle: (event: GroupEvent) => Promise<boolean>,
): Promise<void> {
  for await (const event of subscription as AsyncIterable<GroupEvent>) if (await handle(event)) break;
  await subscription.unsubscribe();
}

export const revisionOf = ({ event }: GroupEvent): number => Number(event?.revision);

export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + 10_000; !(await holds());) {
    if (Date.now() > limit) throw new Error('the condition did not become true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
