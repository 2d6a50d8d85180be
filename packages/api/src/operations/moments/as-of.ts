// A document of a past moment carries the other documents of that moment, so that its nested fields show the same moment.
import type { PlanStep } from '@holdfast/checkout';
import type { Position } from '@holdfast/kernel';
import type { Timer } from '@holdfast/projections';

export type AsOf = {
  readonly position: Position;
  readonly plan: readonly PlanStep[];
  readonly timers: readonly Timer[];
};

/** A document of now, or of a moment in the past. */
export type OfMoment<D> = D & { readonly asOf?: AsOf };

/** Whether an event had happened at the document's moment. */
export const happenedAt =
  ({ asOf }: OfMoment<unknown>) =>
  ({ position }: { readonly position: Position }): boolean =>
    asOf === undefined || position <= asOf.position;
