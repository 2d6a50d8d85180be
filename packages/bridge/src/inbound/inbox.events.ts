// The record of commands that came from Kafka: one stream for each partition of a topic, and one answer for each command.
import type { DomainEvent, Json } from '@holdfast/kernel';

/** The origin of a command. `topic` is the topic's name. The stream's name has the topic's id: a topic made anew has another. */
export type Origin = { readonly topic: string; readonly partition: number; readonly offset: number };

/** A command that this program can read. */
export type CommandReceived = DomainEvent<
  'CommandReceived',
  Origin & {
    /** `ce_type` */
    readonly type: string;
    /** `ce_id`, or the origin for a command without one */
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

/** The command was carried out, now or before. `stream`: the stream of its effect. */
export type CommandAccepted = DomainEvent<'CommandAccepted', Answered & { readonly stream: string }>;

/** The shop refused the command. A repetition would be refused, too. */
export type CommandRefused = DomainEvent<
  'CommandRefused',
  Answered & { readonly code: string; readonly message: string }
>;

export type AnswerEvent = CommandAccepted | CommandRefused;
