// The lockfile must install from any registry, on every platform, without a warning on Node 20, and prove what it installs.
// There must be one graphql: two copies refuse each other's schemas ("Cannot use GraphQLSchema from another module or
// realm").
import { readFileSync } from 'node:fs';
import semver from 'semver';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const entries = Object.entries(packages);
const failures = [];

for (const [name, { resolved }] of entries)
  if (resolved?.includes('://'))
    failures.push(`${name} names the host it came from: install with the project's .npmrc`);

const copies = entries.filter(([name]) => name.endsWith('node_modules/graphql'));
if (copies.length !== 1)
  failures.push(
    `one graphql must resolve, not ${copies.length}: ${copies.map(([name, { version }]) => `${name}@${version}`).join(', ')}`,
  );

const installed = entries.filter(([name]) => name.includes('node_modules/'));
for (const [name, { integrity, link }] of installed)
  if (!link && integrity === undefined) failures.push(`${name} has no digest`);

/** whether `dependency`, asked for from the package at `from`, is found there or in a folder above */
const isLocked = (from, dependency) => {
  const beside = `${from === '' ? '' : `${from}/`}node_modules/${dependency}`;
  return (
    beside in packages ||
    (from !== '' && isLocked(from.slice(0, Math.max(0, from.lastIndexOf('/'))), dependency))
  );
};
// npm leaves out binaries for other platforms that the registry did not have when the lock was written
for (const [name, { dependencies, optionalDependencies }] of entries)
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
    if (!isLocked(name, dependency))
      failures.push(`${name} needs ${dependency}, which is not locked: hold ${name} back by an override`);

// `npm ci` prints EBADENGINE for such a package. The Kafka client asks for Node 20.19.4, and two of its parts ask for Node 22,
// although the specs of bridge and analytics pass on Node 20.19.0: the lockfile leaves their `engines` out, and `npm install` keeps it so.
const leastNode20 = `${JSON.parse(readFileSync('package.json', 'utf8')).engines.node} <21`;
for (const [name, { engines, optional }] of entries)
  if (!optional && engines?.node !== undefined && !semver.subset(leastNode20, engines.node))
    failures.push(
      `${name} asks for Node ${engines.node}: take another version, or take "engines" out of its entry if it runs on Node 20`,
    );

failures.forEach((failure) => console.error(failure));
console.log(`lockfile: ${installed.length} packages, ${failures.length} problems`);
process.exitCode = failures.length === 0 ? 0 : 1;
