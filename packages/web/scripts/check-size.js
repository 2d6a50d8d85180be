// The first load of each page of the storefront: compressed script of at most 200 kB, the entry's and the page's together.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const most = 200 * 1000;
const home = fileURLToPath(new URL('..', import.meta.url));
const site = path.join(home, 'dist/site');

const { status } = spawnSync(process.execPath, [path.join(home, 'scripts/build.js')], { stdio: 'inherit' });
if (status !== 0) process.exit(1);
const manifest = JSON.parse(readFileSync(path.join(site, '.vite/manifest.json'), 'utf8'));

/** The chunk and all that it can't run without. */
const withImports = (name, found = new Set()) => {
  if (found.has(name)) return found;
  found.add(name);
  for (const imported of manifest[name].imports ?? []) withImports(imported, found);
  return found;
};
const bytesOf = (names) =>
  [...names].reduce((sum, name) => {
    const file = path.join(site, manifest[name].file);
    return sum + (file.endsWith('.js') ? statSync(`${file}.br`).size : 0);
  }, 0);

const entry = withImports('index.html');
const pages = Object.keys(manifest).filter((name) => /^src\/shop\/pages\/.*-page\.tsx$/.test(name));
const loads = [
  ['products', entry],
  ...pages.map((name) => [path.basename(name, '-page.tsx'), withImports(name, new Set(entry))]),
];
const tooLarge = loads.filter(([, names]) => bytesOf(names) > most);
for (const [page, names] of tooLarge)
  console.error(`${page}: ${bytesOf(names)} bytes of script at the first load, of at most ${most}`);
if (pages.length === 0) console.error('the build has no pages of the storefront');
const largest = Math.max(...loads.map(([, names]) => bytesOf(names)));
console.log(
  `size: ${loads.length} pages of the storefront, ${Math.ceil(largest / 1000)} kB of script at most at the first load, ${tooLarge.length} problems`,
);
process.exitCode = tooLarge.length === 0 && pages.length > 0 ? 0 : 1;
