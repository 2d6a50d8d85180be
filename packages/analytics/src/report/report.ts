// Answers one question or all of them, in the wanted format.
import {
  ask,
  isQuestion,
  questionNames,
  unreadableRecords,
  type QuestionName,
  type UnreadableRecords,
} from '../database/questions.js';
import type { FiguresFile } from '../database/figures-file.js';
import { asSvg } from './chart.js';
import { asCsv, asTable } from './text.js';

export const formats = ['table', 'csv', 'svg'] as const;
export type ReportFormat = (typeof formats)[number];
export type Report = { readonly text: string; readonly unreadable: UnreadableRecords };

/** The question is unknown, or CSV was asked for more than one. */
export class ReportRefused extends Error {
  override readonly name = 'ReportRefused';
}

/** Rows of a table on the terminal; CSV has all of them. */
const mostRows = 40;

/** `question`: null for all of them. @throws ReportRefused, FiguresBusy, FiguresOutdated */
export async function report(
  file: FiguresFile,
  question: string | null,
  format: ReportFormat,
): Promise<Report> {
  const wanted = namesOf(question);
  if (format === 'csv' && wanted.length > 1)
    throw new ReportRefused(`CSV is of one question: ${questionNames.join(', ')}`);
  return file.with(async (connection) => {
    const answers = [];
    for (const name of wanted) answers.push(await ask(connection, name));
    const unreadable = await unreadableRecords(connection);
    switch (format) {
      case 'table':
        return { text: answers.map((answer) => asTable(answer, { most: mostRows })).join('\n'), unreadable };
      case 'csv':
        return { text: answers.map(asCsv).join(''), unreadable };
      case 'svg':
        return { text: asSvg(answers), unreadable };
    }
  });
}

function namesOf(question: string | null): readonly QuestionName[] {
  if (question === null) return questionNames;
  if (!isQuestion(question))
    throw new ReportRefused(`${question} is no question: ${questionNames.join(', ')}`);
  return [question];
}
