// The commands of the README, run by a shell as they stand there.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { usePrograms } from './test/program.js';

const programs = usePrograms('readme');
const shell = promisify(execFile);

test('the commands of the README sign in, buy a lamp once, and show what is left when there are too few', async () => {
  const { url } = await programs.start();
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const block = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .map(([, code = '']) => code)
    .find((code) => code.includes('curl'));
  const [signIn = '', buy = ''] = (block ?? '')
    .replaceAll('http://127.0.0.1:4000/graphql', url)
    .split(/^TOKEN=.*$/m);

  const ask = async (command: string, token = ''): Promise<unknown> =>
    JSON.parse((await shell('sh', ['-c', command], { env: { ...process.env, TOKEN: token } })).stdout);
  const session = (await ask(signIn)) as {
    readonly data: { readonly login: { readonly accessToken: string } };
  };
  const { accessToken } = session.data.login;

  const bought = await ask(buy, accessToken);
  expect(bought).toMatchObject({
    data: { placeOrder: { __typename: 'OrderSuccess', order: { status: 'CONFIRMED' } } },
  });
  expect(await ask(buy, accessToken)).toEqual(bought);
  const many = buy.replace('"quantity": 1', '"quantity": 26').replace('my-first-order', 'my-second-order');
  expect(await ask(many, accessToken)).toEqual({
    data: { placeOrder: { __typename: 'OutOfStockError', shortages: [{ sku: 'OAK-LAMP', available: 24 }] } },
  });
});
