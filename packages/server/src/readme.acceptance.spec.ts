// The commands of the README and of the page on other doors, run by a shell as they stand there.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { usePrograms } from './test/program.js';

const programs = usePrograms('readme');
const shell = promisify(execFile);

/** The first shell block with curl in a document, put to the program at `url`. */
async function commandsOf(document: string, url: string): Promise<string> {
  const text = await readFile(new URL(`../../../${document}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
  const block = blocks.find((code) => code.includes('curl')) ?? '';
  return block.replaceAll(/(?:http:\/\/127\.0\.0\.1|localhost):4000/g, new URL(url).origin);
}

const answerTo = async (command: string, token = ''): Promise<unknown> =>
  JSON.parse((await shell('sh', ['-c', command], { env: { ...process.env, TOKEN: token } })).stdout);

const signInAt = async (url: string): Promise<{ readonly accessToken: string; readonly buy: string }> => {
  const [signIn = '', buy = ''] = (await commandsOf('README.md', url)).split(/^TOKEN=.*$/m);
  const session = (await answerTo(signIn)) as {
    readonly data: { readonly login: { readonly accessToken: string } };
  };
  return { accessToken: session.data.login.accessToken, buy };
};

test('the commands of the README sign in, buy a lamp once, and show what is left when there are too few', async () => {
  const { url } = await programs.start();
  const { accessToken, buy } = await signInAt(url);
  const bought = await answerTo(buy, accessToken);
  expect(bought).toMatchObject({
    data: { placeOrder: { __typename: 'OrderSuccess', order: { status: 'CONFIRMED' } } },
  });
  expect(await answerTo(buy, accessToken)).toEqual(bought);
  const many = buy.replace('"quantity": 1', '"quantity": 26').replace('my-first-order', 'my-second-order');
  expect(await answerTo(many, accessToken)).toEqual({
    data: { placeOrder: { __typename: 'OutOfStockError', shortages: [{ sku: 'OAK-LAMP', available: 24 }] } },
  });
});

test('the commands for clients of older systems list products, and place an order', async () => {
  const { url } = await programs.start();
  const { accessToken } = await signInAt(url);
  const [list = '', place = ''] = (await commandsOf('docs/other-doors.md', url)).split(/\n(?=curl)/);
  await eventually(async () => {
    expect(JSON.stringify(await answerTo(list))).toContain('"sku":"OAK-LAMP"');
  });
  expect(await answerTo(place, accessToken)).toMatchObject({
    status: 'CREATED',
    items: [{ sku: 'OAK-LAMP' }],
  });
});
