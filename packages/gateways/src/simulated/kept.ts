// The simulated gateway's memory in a file, so that a restarted shop finds its payments: one line of JSON for each
// change of a payment, and one for each response. The last line of a payment counts.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { BookedPayment } from './books.js';
import type { WireAnswer } from './wire.js';

/** The stored response for a key, and the digest of its request. */
export type KeptAnswer = {
  readonly fingerprint: string;
  readonly status: number;
  readonly answer: WireAnswer;
};

export type Kept = {
  readonly payments: readonly BookedPayment[];
  readonly answers: ReadonlyMap<string, KeptAnswer>;
  payment(this: void, payment: BookedPayment): void;
  answer(this: void, key: string, answer: KeptAnswer): void;
};

type Line = { readonly payment: BookedPayment } | { readonly key: string; readonly answer: KeptAnswer };

/** `file` null: nothing survives the process. */
export function openKept(file: string | null): Kept {
  const payments = new Map<string, BookedPayment>();
  const answers = new Map<string, KeptAnswer>();
  for (const line of file === null ? [] : linesIn(file)) {
    if ('payment' in line) payments.set(line.payment.id, line.payment);
    else answers.set(line.key, line.answer);
  }
  const kept = { payments: [...payments.values()], answers };
  if (file === null) return { ...kept, payment: () => undefined, answer: () => undefined };
  shorten(file, kept);
  const append = (line: Line): void => {
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
  return {
    ...kept,
    payment: (payment) => append({ payment }),
    answer: (key, answer) => append({ key, answer }),
  };
}

function linesIn(file: string): readonly Line[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        return text === '' ? [] : [JSON.parse(text) as Line];
      } catch {
        // The process was killed while it wrote this last line: the payment had no response yet, and is sent again.
        return [];
      }
    });
}

/** Rewrites the file with one line for each payment and response. */
function shorten(file: string, { payments, answers }: Pick<Kept, 'payments' | 'answers'>): void {
  const lines: readonly Line[] = [
    ...payments.map((payment) => ({ payment })),
    ...[...answers].map(([key, answer]) => ({ key, answer })),
  ];
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
  renameSync(unfinished, file);
}
