// The front door of the analytics consumer.
export { collect, rebuild, type CollectOptions, type CollectProgress } from './collect.js';
export { figuresFile, FiguresBusy, FiguresOutdated, type FiguresFile } from './database/figures-file.js';
export { ask, questionNames, type Answer, type QuestionName } from './database/questions.js';
export { topicsOfFacts } from './facts/facts.js';
export { formats, report, ReportRefused, type Report, type ReportFormat } from './report/report.js';
export {
  partitionKey,
  type Offsets,
  type TopicBatch,
  type TopicRecord,
  type Topics,
} from './topics/topics.js';
export { kafkaTopics, KafkaUnreachable, type KafkaTopicsOptions } from './topics/kafka-topics.js';
