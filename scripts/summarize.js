// The last word of `.ci/run`: tests passed and failed as jest counted them, and every other check that failed.
// Usage: node scripts/summarize.js JEST_RESULT_FILE [FAILED_CHECK ...]
import { readFileSync } from 'node:fs';

const [file, ...failedChecks] = process.argv.slice(2);
const written = readFileSync(file, 'utf8');
const jest =
  written === ''
    ? { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numRuntimeErrorTestSuites: 0 } // the build failed
    : JSON.parse(written);

const failedTests = jest.numFailedTests + jest.numRuntimeErrorTestSuites;
// a red test run is already in the count of its tests, unless none of them ran
const otherChecks = failedChecks.filter((check) => failedTests === 0 || !check.startsWith('npm test'));
const failed = failedTests + otherChecks.length;

failedChecks.forEach((check) => console.log(`failed: ${check}`));
const skipped = jest.numPendingTests > 0 ? `, ${jest.numPendingTests} skipped` : '';
console.log(`${jest.numPassedTests} passed, ${failed} failed${skipped}`);
process.exitCode = failed === 0 ? 0 : 1;
