// The progress of the bridge to Kafka, for operators. While another process runs the bridge, its checkpoint has the position.
import type { BridgeState } from '@holdfast/api';
import type { Bridge } from '@holdfast/bridge';
import type { Environment } from '@holdfast/kernel';
import { lagBehind, reactorCheckpoint } from '@holdfast/runtime';
import type { EventStore } from '@holdfast/event-store';
import type { ReadStore } from '@holdfast/read-store';
import { runningReactor, type RunningReactor } from '../reactors.js';
import { bridgeName } from './open-bridge.js';

type Parts = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly environment: Pick<Environment, 'clock'>;
};

/** `bridge` returns the bridge of this process, or null. The progress is null when no bridge has ever run. */
export const bridgeStateOf =
  (parts: Parts, bridge: () => Bridge | null) => async (): Promise<BridgeState | null> => {
    const running = bridge();
    if (running === null) return stateElsewhere(parts);
    const position = running.handled();
    const lag = await lagBehind(parts, position);
    return { position, runsHere: true, publishes: running.publishes, problem: running.problem(), ...lag };
  };

async function stateElsewhere(parts: Parts): Promise<BridgeState | null> {
  const position = await parts.readStore.checkpoint(reactorCheckpoint(bridgeName));
  if (position === null) return null;
  // The checkpoint is saved within a second after events of other streams, so these do not count as lag.
  const { prefixesOf } = await import('@holdfast/bridge');
  const lag = await lagBehind(parts, position, prefixesOf());
  return { position, runsHere: false, publishes: null, problem: null, ...lag };
}

/** The bridge among the reactors, for metrics. `parts` only where a bridge is set up, here or in another process. */
export const runningBridge = (bridge: () => Bridge | null, parts: Parts | null): RunningReactor => ({
  ...runningReactor(bridgeName, bridge),
  fault: () => bridge()?.problem()?.fault ?? null,
  publishes: () => bridge()?.publishes ?? null,
  ...(parts !== null && { elsewhere: () => stateElsewhere(parts) }),
});
