// Carries out the commands in the inbox, those of one partition in their order, and records the answers, which go out as
// integration events.
import type { DomainCommand, DomainEvent, RecordedEvent } from '@holdfast/kernel';
import type { CommandHandler, Reactor } from '@holdfast/runtime';
import type { RecordAnswer } from './answer.js';
import type { CommandDoors, Refusal } from './doors.js';
import type { Answered, AnswerEvent, InboxEvent } from './inbox.events.js';
import { inboxPrefix } from './inbox.js';

export const commandReactor = (doors: CommandDoors, commands: CommandHandler): Reactor => ({
  name: 'commands',
  prefixes: [inboxPrefix],
  react(recorded) {
    const event = recorded as DomainEvent as RecordedEvent<InboxEvent>;
    if (event.type !== 'CommandReceived') return null;
    const { topic, partition, offset, type, id, key, body } = event.data;
    const answered: Answered = { topic, partition, offset, type, id, key };
    const answer = (rest: AnswerEvent): RecordAnswer => ({
      type: 'RecordAnswer',
      data: { received: event.id, answer: rest },
    });
    const refuse = ({ code, message }: Refusal): RecordAnswer =>
      answer({ type: 'CommandRefused', data: { ...answered, code, message } });
    return async () => {
      const door = doors[type];
      if (door === undefined)
        return refuse({ code: 'UNKNOWN_COMMAND', message: `there is no ${type} any more` });
      const command = await door.commandOf(body);
      if ('refused' in command) return refuse(command.refused);
      const outcome = await commands.handle(command, contextOf(event, command));
      return outcome.ok
        ? answer({ type: 'CommandAccepted', data: { ...answered, stream: outcome.stream } })
        : refuse({ code: outcome.rejection.code, message: `${command.type} was refused` });
    };
  },
});

/** The id of the received event is derived from topic, partition and offset, so a repeated command is always recognised. */
const contextOf = ({ id, position, data }: RecordedEvent<InboxEvent>, command: DomainCommand) => ({
  commandId: id,
  correlationId: orderOf(command) ?? id,
  causationId: id,
  actor: `kafka:${data.topic}`,
  fingerprint: id,
  since: position,
});

const orderOf = ({ data }: DomainCommand): string | null =>
  typeof data === 'object' && data !== null && 'orderId' in data && typeof data.orderId === 'string'
    ? data.orderId
    : null;
