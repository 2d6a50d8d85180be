// Holds the sources to the import table, and shows that the table refuses: every file of the fixture says in its first
// line which rule must catch it.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import config from '../.dependency-cruiser.cjs';

const fixture = 'scripts/fixtures/imports';

const violationsIn = async (...folders) => {
  const { output } = await cruise(folders, { ...config.options, ruleSet: config, validate: true });
  return { modules: output.summary.totalCruised, violations: output.summary.violations };
};

const failures = [];

const sources = await violationsIn('packages', 'projections');
for (const { rule, from, to } of sources.violations) {
  const comment = config.forbidden.find(({ name }) => name === rule.name)?.comment ?? '';
  failures.push(`${from} imports ${to}: ${rule.name} (${comment})`);
}

const illegal = readdirSync(fixture, { recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => path.posix.join(fixture, file.split(path.sep).join('/')));
const caught = await violationsIn(fixture);
for (const file of illegal) {
  const expected = /^\/\/ illegal: (\S+)/.exec(readFileSync(file, 'utf8'))?.[1];
  if (!caught.violations.some(({ rule, from }) => from === file && rule.name === expected))
    failures.push(`${file} got past ${expected}`);
}

failures.forEach((failure) => console.error(failure));
console.log(
  `imports: ${sources.modules} modules held to the table, ${illegal.length} illegal imports tried on it, ${failures.length} problems`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
