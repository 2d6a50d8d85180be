// Records that staff were told that a person is needed. Each cause has its own stream, `alarm-<id of the causing event>`.
import type { DomainEvent } from '@holdfast/kernel';

/** `subject` is the stream that needs a person; `reason` is for operators. */
export type StaffAlarmed = DomainEvent<
  'StaffAlarmed',
  { readonly kind: AlarmKind; readonly subject: string; readonly reason: string }
>;
/** COMPENSATION_STUCK: an undo has failed so often that a person should look. EVENT_PARKED: a consumer gave up on an event. */
export type AlarmKind = 'COMPENSATION_STUCK' | 'EVENT_PARKED';
export type AlarmEvent = StaffAlarmed;
