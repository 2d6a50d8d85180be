// `npm run dev`: compiles on every change, and restarts the product whenever that succeeded.
import { spawn } from 'node:child_process';

const compiler = spawn(
  process.execPath,
  ['node_modules/typescript-native/bin/tsc', '-b', '--watch', '--preserveWatchOutput'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
let product = null;
let stopping = false;

const start = () => {
  product = spawn(process.execPath, ['packages/server/bin/holdfast.js', 'start'], { stdio: 'inherit' });
  product.once('exit', () => {
    product = null;
  });
};
const restart = () => {
  if (product === null) start();
  else {
    product.once('exit', () => {
      if (!stopping) start();
    });
    product.kill('SIGTERM');
  }
};

compiler.stdout.setEncoding('utf8').on('data', (text) => {
  process.stdout.write(text);
  if (text.includes('Found 0 errors')) restart();
});
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    stopping = true;
    compiler.kill();
    product?.kill('SIGTERM');
  });
