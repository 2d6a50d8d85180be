// An embedded log on a simulated disk, for specs with disk failures.
import type { NewEvent } from '@holdfast/kernel';
import type { EventStore } from '../../port.js';
import { type EmbeddedOptions, openEmbeddedEventStore } from '../embedded-event-store.js';
import { SimulatedDisk } from '../simulated-disk.js';
import { nodeScheduler } from './node-scheduler.js';

export const directory = '/log';
export const firstLog = '0000000000000000.log';

export const newDisk = (): SimulatedDisk => new SimulatedDisk(nodeScheduler);

export const openOn = (disk: SimulatedDisk, options: Partial<EmbeddedOptions> = {}): Promise<EventStore> =>
  openEmbeddedEventStore({
    directory,
    environment: { scheduler: nodeScheduler },
    disk,
    segmentBytes: 1 << 16,
    ...options,
  });

export const appendOne = async (
  store: EventStore,
  stream: string,
  ...events: NewEvent[]
): Promise<number> => {
  const result = await store.append(stream, events, 'any');
  if (!result.ok) throw new Error('refused');
  return result.value.position;
};

export const acknowledge = async (store: EventStore, stream: string, ...events: NewEvent[]): Promise<void> =>
  store.synced(await appendOne(store, stream, ...events));

export const ids = (events: readonly NewEvent[]): string[] => events.map(({ id }) => id);
