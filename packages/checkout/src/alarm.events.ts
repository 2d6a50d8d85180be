// That staff were told that a person is needed. A stream of its own for each cause, `alarm-<id of the event behind it>`.
import type { DomainEvent } from '@holdfast/kernel';

/** `subject` is the stream that waits for a person; `reason` is for operators. */
export type StaffAlarmed = DomainEvent<
  'StaffAlarmed',
  { readonly kind: AlarmKind; readonly subject: string; readonly reason: string }
>;
/** COMPENSATION_STUCK: an undo has failed so often that a person should look. EVENT_PARKED: a consumer gave up on an event. */
export type AlarmKind = 'COMPENSATION_STUCK' | 'EVENT_PARKED';
export type AlarmEvent = StaffAlarmed;
