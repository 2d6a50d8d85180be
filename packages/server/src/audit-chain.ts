// Chains the actions of staff, one link for each, in the order of the log. A reactor, because a link is made only of what
// survives a crash.
import { auditChain, auditChainStream, type ChainAuditAction } from '@holdfast/accounts';
import { auditEntryOf, chainedAction } from '@holdfast/api';
import type { EventStore } from '@holdfast/event-store';
import type { Position, RecordedEvent } from '@holdfast/kernel';
import type { CommandHandler, Reactor } from '@holdfast/runtime';

export type AuditChainParts = {
  readonly store: Pick<EventStore, 'synced'>;
  readonly commands: CommandHandler;
};

export function auditChainReactor(parts: AuditChainParts): Reactor {
  /** Actions that wait for their link. One whose link failed stays here, so that no later one overtakes it. */
  const waiting = new Map<Position, RecordedEvent>();
  let last: Promise<void> = Promise.resolve();

  const chainUpTo = async (position: Position): Promise<void> => {
    const due = [...waiting.values()].filter((event) => event.position <= position);
    for (const event of due.sort((one, other) => one.position - other.position)) {
      await chain(parts, event);
      waiting.delete(event.position);
    }
  };

  return {
    name: 'audit-chain',
    prefixes: [''],
    react(event) {
      if (auditEntryOf(event) === null) return null;
      waiting.set(event.position, event);
      return async () => {
        const turn = last.then(() => chainUpTo(event.position));
        last = turn.catch(() => undefined);
        await turn;
        return null;
      };
    },
  };
}

class NotChained extends Error {
  override readonly name = 'NotChained';
}

/** @throws NotChained when another process added a link meanwhile: the reactor tries again */
async function chain({ store, commands }: AuditChainParts, event: RecordedEvent): Promise<void> {
  const { state } = await commands.load(auditChain, auditChainStream);
  const data = chainedAction(event, state?.head ?? null);
  const command: ChainAuditAction = { type: 'ChainAuditAction', data };
  const outcome = await commands.handle(command, {
    commandId: `audit-chain:${event.id}`,
    correlationId: event.metadata.correlationId,
    causationId: event.id,
    actor: 'reactor:audit-chain',
  });
  if (!outcome.ok) throw new NotChained(`${data.entry}: ${outcome.rejection.code}`);
  await store.synced(outcome.position);
}
