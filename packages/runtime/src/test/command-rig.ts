// Command handlers for tallies on embedded stores, in fake time.
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import type { EventStore } from '@holdfast/event-store';
import { createCommandHandler } from '../command-handler.js';
import type { CommandContext, CommandHandler } from '../commands.js';
import { withPromises, openStores, type Stores } from './stores.js';
import { tally } from './tally.js';

export const context = (commandId: string, fingerprint?: string): CommandContext => ({
  commandId,
  correlationId: 'request',
  causationId: 'request',
  actor: 'system',
  ...(fingerprint !== undefined && { fingerprint }),
});

/** Returns the amounts in the stream of a tally. */
export const amounts = async (store: EventStore, id: string): Promise<readonly number[]> =>
  (await store.readStream(`tally-${id}`)).map(({ data }) => (data as { readonly amount: number }).amount);

/** The store itself, and the same store behind promises. */
export const adaptions: readonly (readonly [string, (store: EventStore) => EventStore])[] = [
  ['a store that answers at once', (store) => store],
  ['a store that returns promises', withPromises],
];

export type CommandRig = {
  readonly environment: FakeEnvironment;
  readonly stores: Stores;
  handlerOn(store: EventStore): CommandHandler;
  remove(): Promise<void>;
};

export async function openCommandRig(): Promise<CommandRig> {
  const environment = fakeEnvironment();
  const stores = await openStores(environment);
  return {
    environment,
    stores,
    handlerOn: (store) => createCommandHandler({ store, environment, aggregates: [tally] }),
    remove: () => stores.remove(),
  };
}
