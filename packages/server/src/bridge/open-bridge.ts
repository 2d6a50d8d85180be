// The bridge to Kafka in this program. Its package and its client of Kafka are loaded only where there is a bridge.
import type { Bridge, bridgeConsumer, BridgeSettings } from '@holdfast/bridge';
import type { EventStore } from '@holdfast/event-store';
import type { AnyAggregate, Environment } from '@holdfast/kernel';
import type { CheckoutDefinition, Coordination, StockKeeper } from '@holdfast/ordering';
import type { ReadStore } from '@holdfast/read-store';
import type { CommandHandler, Reactor } from '@holdfast/runtime';

/** The bridge among the reactors. */
export const bridgeName: typeof bridgeConsumer = 'bridge';

export type BridgeParts = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly commands: CommandHandler;
  readonly environment: Environment;
  onError(this: void, error: unknown): void;
};

/** Defaults for fields that an order from Kafka leaves out. */
export type OrderDefaults = {
  readonly checkoutDefinition?: CheckoutDefinition;
  readonly coordination?: Coordination;
  readonly stockKeeper?: StockKeeper;
};

type Settings = BridgeSettings | null | undefined;

export async function openBridge(settings: BridgeSettings, parts: BridgeParts): Promise<Bridge> {
  const { startBridge } = await import('@holdfast/bridge');
  const { commandDoors } = await import('./command-doors.js');
  return startBridge({ ...parts, settings, doors: commandDoors(parts) });
}

const takesCommands = (settings: Settings): boolean => (settings?.commandsTopic ?? null) !== null;

/** Carries out the commands that the bridge has taken in. */
export async function bridgeReactors(
  settings: Settings,
  parts: Pick<BridgeParts, 'commands' | 'environment'> & OrderDefaults,
): Promise<readonly Reactor[]> {
  if (!takesCommands(settings)) return [];
  const { commandReactor } = await import('@holdfast/bridge');
  const { commandDoors } = await import('./command-doors.js');
  return [commandReactor(commandDoors(parts), parts.commands)];
}

export async function bridgeAggregates(settings: Settings): Promise<readonly AnyAggregate[]> {
  if (!takesCommands(settings)) return [];
  const { commandAnswer } = await import('@holdfast/bridge');
  return [commandAnswer];
}
