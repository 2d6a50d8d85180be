// Reads a list of Node's versions as JSON, and prints the newest of an even release line: those get long-term support.
import { readFileSync } from 'node:fs';

const versions = JSON.parse(readFileSync(0, 'utf8'))
  .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
  .map((version) => version.split('.').map(Number))
  .filter(([major]) => major % 2 === 0)
  .sort(([a, b, c], [x, y, z]) => x - a || y - b || z - c);
if (versions[0] === undefined) process.exit(1);
console.log(versions[0].join('.'));
