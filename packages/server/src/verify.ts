// `holdfast verify DIR`: reads every byte of a log, or of a copy of one, and reports each fault with its place.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLog, type Damage, type Verification } from '@holdfast/event-store';

export class NoLog extends Error {
  override readonly name = 'NoLog';
}

export type VerifyReport = { readonly isSound: boolean; readonly lines: readonly string[] };

const count = (n: number): string => n.toLocaleString('en');

const damageLine = ({ file, byte, what }: Damage): string =>
  byte === null ? `${file}: ${what}` : `${file} is damaged at byte ${byte}: ${what}`;

const isLog = (directory: string): boolean =>
  existsSync(directory) && readdirSync(directory).some((file) => /^(lock|\d{16}\.log)$/.test(file));

/** `directory` is a data folder, or the folder `log` of one. @throws NoLog, StoreLocked */
export function verifyFolder(directory: string): VerifyReport {
  const log = [join(directory, 'log'), directory].find(isLog);
  if (log === undefined) throw new NoLog(`there is no log in ${directory}`);
  const verification = verifyLog({ directory: log });
  return { isSound: verification.damages.length === 0, lines: linesOf(log, verification) };
}

function linesOf(log: string, { segments, events, bytes, damages, torn }: Verification): readonly string[] {
  const read = `${log}: ${count(events)} events in ${count(segments)} segments, ${count(bytes)} bytes read`;
  const cut =
    torn === null ? [] : [`${torn.file} ends at byte ${torn.byte}: a write was cut short behind it`];
  return [read, ...cut, ...(damages.length === 0 ? ['Nothing is wrong.'] : damages.map(damageLine))];
}
