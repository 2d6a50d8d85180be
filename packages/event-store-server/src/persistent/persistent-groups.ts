// The persistent subscriptions of a server. Their configurations are events in the log, so they outlast the server.
import type { Environment } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { toWire } from '../streams/stored-event.js';
import type { StreamView } from '../streams/stream-view.js';
import type { GroupConfig } from './group-config.js';
import { systemStream } from './parked-messages.js';
import { PersistentGroup } from './persistent-group.js';
import { placeOf } from './persistent-place.js';
import { missing } from './persistent-refusals.js';

const configStream = '$persistentSubscriptionConfig';

type Saved = { readonly config: GroupConfig } | { readonly removed: string };
export class PersistentGroups {
  #groups: Promise<Map<string, PersistentGroup>> | null = null;

  constructor(
    private readonly store: EventStore,
    private readonly view: StreamView,
    private readonly environment: Pick<Environment, 'clock' | 'scheduler' | 'ids'>,
  ) {}

  open(config: GroupConfig, checkpoint: number | null): PersistentGroup {
    return new PersistentGroup(config, checkpoint, this.store, this.view, this.environment);
  }

  loaded(): Promise<Map<string, PersistentGroup>> {
    this.#groups ??= this.#load();
    return this.#groups;
  }

  async #load(): Promise<Map<string, PersistentGroup>> {
    const configs = new Map<string, GroupConfig>();
    for (const event of await this.store.readStream(configStream)) {
      const saved = event.data as Saved;
      if ('removed' in saved) configs.delete(saved.removed);
      else configs.set(keyOf(saved.config.source, saved.config.group), saved.config);
    }
    const groups = new Map<string, PersistentGroup>();
    for (const [key, config] of configs) {
      const stream = systemStream(config.source, config.group, 'checkpoint');
      const pages = await this.view.read(stream, { direction: 'backwards', limit: 1 });
      let checkpoint: number | null = null;
      for await (const [last] of pages ?? []) {
        if (last !== undefined) checkpoint = placeOf(JSON.parse(Buffer.from(toWire(last).data).toString()));
      }
      groups.set(key, this.open(config, checkpoint));
    }
    return groups;
  }

  async save(saved: Saved): Promise<void> {
    const event = {
      id: this.environment.ids.next(),
      type: '$PersistentConfig',
      contentType: 'application/json',
      data: Buffer.from(JSON.stringify(saved)),
      metadata: new Uint8Array(),
    } as const;
    await this.view.append(configStream, [event], 'any');
  }

  async find(source: string, name: string) {
    const groups = await this.loaded();
    const key = keyOf(source, name);
    const group = groups.get(key);
    if (group === undefined) throw missing(source, name);
    return { groups, key, group };
  }
}

/** Names may have any character, so simply concatenating them would be ambiguous. */
export const keyOf = (source: string, group: string): string => JSON.stringify([source, group]);
