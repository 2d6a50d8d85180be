// The record of commands that came from Kafka: one stream for each partition of a topic, and one answer for each command.
import type { DomainEvent, Json } from '@holdfast/kernel';

/** Where a command came from. `topic` is its name; the stream's name has the id, which a topic that is made anew has not. */
export type Origin = { readonly topic: string; readonly partition: number; readonly offset: number };

/** A command that this program can read. */
export type CommandReceived = DomainEvent<
  'CommandReceived',
  Origin & {
    /** `ce_type` */
    readonly type: string;
    /** `ce_id`, or the origin where the sender gave none */
    readonly id: string;
    readonly key: string | null;
    readonly body: Json;
  }
>;

/** A record that is no command; it is in the dead-letter topic. */
export type CommandDeadLettered = DomainEvent<'CommandDeadLettered', Origin & { readonly reason: string }>;

export type InboxEvent = CommandReceived | CommandDeadLettered;

/** The data of an answer that names its command. */
export type Answered = Origin & Pick<CommandReceived['data'], 'type' | 'id' | 'key'>;

/** The command was carried out, or had been before. `stream`: what it was about. */
export type CommandAccepted = DomainEvent<'CommandAccepted', Answered & { readonly stream: string }>;

/** The shop refused the command; it would refuse it again. */
export type CommandRefused = DomainEvent<
  'CommandRefused',
  Answered & { readonly code: string; readonly message: string }
>;

export type AnswerEvent = CommandAccepted | CommandRefused;
