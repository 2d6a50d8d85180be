// The decisions of the reminder of one order. Its state follows from these alone. `position` is that of the event of the
// order that led to a decision: what came before it is known.
import type { DomainEvent, OrderId, Position } from '@holdfast/kernel';

/** The customer is to be told at `dueAt` that the reservation ends at `expiresAt`; both are ISO 8601. */
export type ReminderSet = DomainEvent<
  'ReminderSet',
  {
    readonly orderId: OrderId;
    readonly dueAt: string;
    readonly expiresAt: string;
    readonly position: Position;
  }
>;
/** The time has come. */
export type ReminderDue = DomainEvent<'ReminderDue', Record<string, never>>;
/** The order could not be told; it is told again at `retryAt` (ISO 8601). */
export type ReminderDelayed = DomainEvent<
  'ReminderDelayed',
  { readonly attempt: number; readonly error: string; readonly retryAt: string }
>;
/** The order says that its customer is told. */
export type ReminderSent = DomainEvent<'ReminderSent', { readonly position: Position }>;
/** The order no longer waits for its customer. `position` is null when it says so by refusing the command. */
export type ReminderCleared = DomainEvent<'ReminderCleared', { readonly position: Position | null }>;

export type ReminderEvent = ReminderSet | ReminderDue | ReminderDelayed | ReminderSent | ReminderCleared;
