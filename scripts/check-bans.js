// Shows that the lint bans fire, those of the pure packages and the one on adapters: each illegal snippet, put in the
// place of a package's front door, must be refused for the stated reason, and the legal one must pass. A ban that never
// fires is no ban.
import { existsSync } from 'node:fs';
import { ESLint } from 'eslint';

const pure = [
  ...[
    'kernel',
    'ordering',
    'inventory',
    'wallet',
    'accounts',
    'checkout',
    'choreography',
    'fulfilment',
    'topups',
    'payments',
    'shipping',
  ].map((name) => `packages/${name}`),
  'projections',
].filter((workspace) => existsSync(`${workspace}/src/index.ts`));

const legal = 'export const at = (iso: string): number => new Date(iso).getTime();';

/** snippet → the rule that must refuse it */
const illegal = [
  ['export const f = (): number => Date.now();', 'no-restricted-properties'],
  ["export const f = (): number => Date['now']();", 'no-restricted-properties'],
  ['export const { now } = Date;', 'no-restricted-properties'],
  ['export const f = (): Date => new Date();', 'no-restricted-syntax'],
  ['export const f = (): string => Date();', 'no-restricted-syntax'],
  ['export const f = (): number => Math.random();', 'no-restricted-properties'],
  [
    "import { randomUUID } from 'node:crypto'; export const f = (): string => randomUUID();",
    'no-restricted-syntax',
  ],
  ["export { setTimeout } from 'node:timers/promises';", 'no-restricted-syntax'],
  ['export const f = async (): Promise<void> => { await Promise.resolve(); };', 'no-restricted-syntax'],
  ['export async function f(p: Promise<number>): Promise<number> { return p; }', 'no-restricted-syntax'],
  ["export const f = (): never => { throw new Error('refused'); };", 'no-restricted-syntax'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].flatMap((timer) => [
    [`export const f = (): unknown => ${timer}(() => undefined, 1);`, 'no-restricted-globals'],
    [`export const f = (): unknown => globalThis.${timer}(() => undefined, 1);`, 'no-restricted-globals'],
  ]),
];

const eslint = new ESLint();
const rulesThatFire = async (workspace, code) => {
  const [result] = await eslint.lintText(code, { filePath: `${workspace}/src/index.ts` });
  return result.messages.map(({ ruleId, message }) => ruleId ?? message);
};

const failures = [];
for (const workspace of pure) {
  const refused = (await rulesThatFire(workspace, legal)).filter((rule) => rule.startsWith('no-restricted'));
  if (refused.length > 0) failures.push(`${workspace}: ${refused.join()} refuses the legal ${legal}`);
  for (const [code, rule] of illegal) {
    const fired = await rulesThatFire(workspace, code);
    if (!fired.includes(rule)) failures.push(`${workspace}: ${rule} lets through: ${code}`);
  }
}

const adapter = "export { openEmbeddedEventStore } from '@holdfast/event-store';";
for (const workspace of ['packages/runtime', 'packages/api'])
  if (!(await rulesThatFire(workspace, adapter)).includes('@typescript-eslint/no-restricted-imports'))
    failures.push(`${workspace}: lets through an adapter: ${adapter}`);

// The API measures with the real clock, waits, and throws. The rest of what is banned comes in from outside there too.
const measures = /performance|async|throw/;
for (const [code, rule] of illegal.filter(([snippet]) => !measures.test(snippet)))
  if (!(await rulesThatFire('packages/api', code)).includes(rule))
    failures.push(`packages/api: ${rule} lets through: ${code}`);

failures.forEach((failure) => console.error(failure));
console.log(
  `bans: ${illegal.length} illegal snippets in ${pure.length} pure packages, ${failures.length} let through`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
