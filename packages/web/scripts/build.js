// Builds the storefront and the console into dist/site. Does nothing when no source is newer than the last build, so that
// `npm start` stays quick.
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const home = fileURLToPath(new URL('..', import.meta.url));
const site = path.join(home, 'dist/site');
const stamp = path.join(site, '.built');
const sources = ['src', 'console', 'index.html', 'vite.config.js', 'package.json', 'scripts/build.js'];

const newest = (file) => {
  const found = statSync(file);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(
    0,
    ...readdirSync(file)
      .filter((name) => name !== 'test' && !/\.spec\.tsx?$/.test(name))
      .map((name) => newest(path.join(file, name))),
  );
};

/** Compressed copies next to the files that compress well; the server sends them as they are. */
const compress = (folder) => {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const file = path.join(folder, name);
    const text = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
    writeFileSync(`${file}.br`, brotliCompressSync(text, { params }));
  }
};

const since = Date.now();
const changed = Math.max(...sources.map((source) => newest(path.join(home, source))));
if (!existsSync(stamp) || statSync(stamp).mtimeMs < changed) {
  // Specs and tools have other values, with which React brings its own checks along.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  await build({ root: home, configFile: path.join(home, 'vite.config.js'), logLevel: 'warn' });
  compress(path.join(site, 'assets'));
  writeFileSync(stamp, '');
  // A source that was written during the build is newer than it.
  utimesSync(stamp, new Date(since), new Date(since));
}
