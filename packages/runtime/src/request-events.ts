// Requests between operating-system processes: one event in a consumer's control stream is the request, a second one is the
// worker's answer. So every request is on record with its actor, and the worker that holds the lease carries it out, also
// after a restart.
import type { DomainEvent, Environment, NewEvent, Position, Reasoned } from '@holdfast/kernel';
import { reasonOf } from '@holdfast/kernel';

/** Names a parked event. Where a consumer's work is shared, the key tells which worker handles it. */
export type ParkedReference = { readonly position: Position; readonly key: string };

export type Request =
  | DomainEvent<
      'ParkedEventsRetryRequested',
      { readonly parked: readonly ParkedReference[]; readonly reason?: string }
    >
  | DomainEvent<
      'ParkedEventsDiscardRequested',
      { readonly parked: readonly ParkedReference[]; readonly reason: string }
    >
  | RebuildRequest;

/** `hold`: the new generation waits for a switch. */
export type RebuildRequest =
  | DomainEvent<'ProjectionRebuildRequested', Reasoned & { readonly hold?: boolean }>
  | DomainEvent<'ProjectionSwitchRequested', { readonly reason: string }>
  | DomainEvent<'ProjectionAbandonRequested', { readonly reason: string }>;

export const rebuildRequest = (hold: boolean, reason?: string): RebuildRequest => ({
  type: 'ProjectionRebuildRequested',
  data: { ...(hold && { hold }), ...reasonOf({ reason }) },
});

/** `positions`: the part of the request's positions that this answer covers; `count`: how many events were dealt with. */
export type RequestAnswered = DomainEvent<
  'RequestAnswered',
  { readonly request: string; readonly positions: readonly Position[]; readonly count: number }
>;

/** The control streams, one for each consumer. */
export const controlCategory = 'control';
/** A request or an answer as a new event; without `causationId` it is the beginning of its correlation. */
export function envelope<E extends DomainEvent>(
  { ids, clock }: Environment,
  event: E,
  actor: string,
  causationId?: string,
): NewEvent<E> {
  const id = ids.next();
  const at = new Date(clock.now()).toISOString();
  const cause = causationId ?? id;
  return {
    ...event,
    id,
    metadata: { correlationId: cause, causationId: cause, commandId: id, actor, at, schemaVersion: 1 },
  };
}
