// The answer to a command from Kafka. It is recorded once, also when the command is handled again.
import { accepted, streamName, type Aggregate, type DomainCommand } from '@holdfast/kernel';
import type { AnswerEvent } from './inbox.events.js';

/** `received`: id of the event that has the command */
export type RecordAnswer = DomainCommand<
  'RecordAnswer',
  { readonly received: string; readonly answer: AnswerEvent }
>;

type AnswerState = { readonly isAnswered: boolean };

export const answerCategory = 'answer';
export const answerStream = (received: string): string => streamName(answerCategory, received);

export const commandAnswer: Aggregate<RecordAnswer, AnswerEvent, AnswerState, never> = {
  category: answerCategory,
  commandTypes: ['RecordAnswer'],
  beginWith: ['RecordAnswer'],
  stream: ({ data }) => answerStream(data.received),
  isSettled: ({ isAnswered }) => isAnswered,
  initialState: { isAnswered: false },
  evolve: () => ({ isAnswered: true }),
  decide: ({ data: { answer } }, { isAnswered }) => accepted(isAnswered ? [] : [answer]),
};
