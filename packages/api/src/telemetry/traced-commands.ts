// Spans of commands, each under the operation or the step that sent it.
import type { AsyncLocalStorage } from 'node:async_hooks';
import type { CommandOutcome } from '@holdfast/runtime';
import type { Instruments } from './instruments.js';
import type { RecentSteps } from './recent-steps.js';
import { settled } from './settled.js';
import { spanContext, type Spans, type TracedOperation } from './spans.js';
import { spanIdOf, traceIdOf } from './trace-ids.js';

export function tracedCommands(
  now: () => number,
  { record }: Spans,
  steps: RecentSteps,
  current: AsyncLocalStorage<TracedOperation>,
): Instruments['commands'] {
  return (handler) => ({
    handle(command, context) {
      const since = now();
      const { correlationId, commandId, actor } = context;
      const traceId = traceIdOf(correlationId);
      const isOfProcess = actor.startsWith('process:');
      const operation = isOfProcess ? undefined : current.getStore();
      if (operation !== undefined) operation.traceId ??= traceId;
      const isOwn = operation?.traceId === traceId;
      const done = (outcome: CommandOutcome | null): void => {
        record({
          part: isOfProcess ? 'process' : 'api',
          name: `command ${command.type}`,
          traceId,
          // The first sending gets the span id of the command's id; a repeated one gets a new span id.
          ...(outcome?.ok === true && !outcome.repeated && { spanId: spanIdOf(commandId) }),
          parentId: isOwn ? operation.spanId : steps.get(correlationId),
          ...(operation !== undefined &&
            !isOwn && { links: [{ context: spanContext(operation.traceId ?? traceId, operation.spanId) }] }),
          since,
          attributes: {
            'holdfast.correlation_id': correlationId,
            'holdfast.command_id': commandId,
            'holdfast.outcome': outcomeOf(outcome),
            ...(outcome?.ok === true && { 'holdfast.stream': outcome.stream }),
          },
          error: outcome === null ? 'failed' : null,
        });
      };
      return settled(() => handler.handle(command, context), done);
    },
    load: (...call) => handler.load(...call),
  });
}

const outcomeOf = (outcome: CommandOutcome | null): string => {
  if (outcome === null) return 'error';
  if (!outcome.ok) return outcome.rejection.code;
  return outcome.repeated ? 'repeated' : 'ok';
};
