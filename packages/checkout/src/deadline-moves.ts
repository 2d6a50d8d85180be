// A person moves a deadline: later, or to its end at once.
import type { Position, RecordedEvent } from '@holdfast/kernel';
import type { DeadlineMoved, DeadlineName } from './checkout.events.js';
import type { DeadlineMoveRequested } from './intervention.events.js';

/** The decision on a request for the armed deadline. Each request counts once; `askedAt` is the position of the last one. */
export function onDeadlineMove(
  { data, position, metadata: { actor } }: RecordedEvent<DeadlineMoveRequested>,
  armed: { readonly name: DeadlineName; readonly dueAt: string } | null,
  askedAt: Position,
): readonly DeadlineMoved[] {
  if (armed?.name !== data.deadline || position <= askedAt) return [];
  const { deadline, dueAt, reason } = data;
  return [{ type: 'DeadlineMoved', data: { deadline, dueAt, actor, reason, position } }];
}
