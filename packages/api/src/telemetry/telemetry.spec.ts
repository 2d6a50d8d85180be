// A command that fails is logged and counted, and its sender still gets the error.
import { describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '@holdfast/event-store';
import type { Awaitable } from '@holdfast/kernel';
import { nodeEnvironment, type CommandHandler, type CommandOutcome } from '@holdfast/runtime';
import { openTelemetry } from './telemetry.js';

const context = { commandId: 'c-1', correlationId: 'o-1', causationId: 'e-1', actor: 'process:checkout' };

async function watched(handle: () => Awaitable<CommandOutcome>) {
  const told: object[] = [];
  const silent = () => undefined;
  const telemetry = await openTelemetry({
    now: () => 0,
    environment: nodeEnvironment(),
    logger: { debug: silent, info: silent, warn: (details) => told.push(details), error: silent },
    tracesTo: null,
  });
  const handler: CommandHandler = { handle, load: () => ({ state: null as never, revision: -1 }) };
  const commands = telemetry.instruments.commands(handler);
  return { told, telemetry, send: async () => commands.handle({ type: 'HoldFunds', data: {} }, context) };
}

const outage = new StoreUnavailable('gone');

describe('a command that fails', () => {
  test.each<[string, () => Awaitable<CommandOutcome>]>([
    [
      'at once',
      () => {
        throw outage;
      },
    ],
    ['later', () => Promise.reject(outage)],
  ])('%s is reported with its correlation id, counted, and thrown on', async (_, handle) => {
    const { told, telemetry, send } = await watched(handle);
    await expect(send()).rejects.toBe(outage);
    expect(told).toEqual([{ err: outage, correlationId: 'o-1', commandId: 'c-1', command: 'HoldFunds' }]);
    expect(await telemetry.metrics.text()).toContain(
      'holdfast_command_duration_seconds_count{command="HoldFunds",outcome="error"} 1',
    );
  });

  test('because the domain refuses it is an outcome like any other', async () => {
    const refused = { ok: false, rejection: { code: 'InsufficientFunds' } } as const;
    const { told, telemetry, send } = await watched(() => refused);
    expect(await send()).toBe(refused);
    expect(told).toEqual([]);
    expect(await telemetry.metrics.text()).toContain('{command="HoldFunds",outcome="rejected"} 1');
  });
});
