// The last word of `.ci/run`: tests passed and failed as Jest counted them in each run, and every other check that failed.
// Usage: node scripts/summarize.js FOLDER_OF_JEST_RESULTS [FAILED_CHECK ...]
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [folder, ...failedChecks] = process.argv.slice(2);
const runs = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
const sum = (count) => runs.reduce((total, run) => total + count(run), 0);

const failedTests = sum((run) => run.numFailedTests + run.numRuntimeErrorTestSuites);
// a red test run is already in the count of its tests, unless none of them ran
const isTestRun = (check) => /npm test|test:acceptance/.test(check) || check === 'on_newest_node';
const otherChecks = failedChecks.filter((check) => failedTests === 0 || !isTestRun(check));
const failed = failedTests + otherChecks.length;

for (const { testResults } of runs)
  for (const { name, message, assertionResults } of testResults) {
    const titles = assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => fullName);
    // a file that could not be loaded has a message and no test
    const reasons = titles.length > 0 ? titles : [message.slice(0, 500)].filter((reason) => reason !== '');
    reasons.forEach((reason) => console.log(`failed in ${path.relative('.', name)}: ${reason}`));
  }
failedChecks.forEach((check) => console.log(`failed: ${check}`));
const pending = sum((run) => run.numPendingTests);
const skipped = pending > 0 ? `, ${pending} skipped` : '';
console.log(`${sum((run) => run.numPassedTests)} passed, ${failed} failed${skipped}`);
process.exitCode = failed === 0 ? 0 : 1;
