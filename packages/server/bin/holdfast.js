#!/usr/bin/env -S node --max-semi-space-size=64
// The command `holdfast`. In a checkout that was not built yet it builds first, so that one command is enough. Most
// objects live as long as an order is under way: with room for these, few are moved to where collecting them is dear.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/main.js', import.meta.url);
if (!existsSync(main)) {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (built.status !== 0) process.exit(1);
}
await import(main.href);
