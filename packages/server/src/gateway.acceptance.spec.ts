// The simulated card gateway as a program of its own: `holdfast gateway`.
import { afterEach, expect, test } from '@jest/globals';
import { simulatedGateway } from '@holdfast/gateways';
import { money, OrderId } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { startProgram, type Program } from './test/program.js';

let program: Program | null = null;
afterEach(() => program?.kill());

test('holdfast gateway › takes a card of its shop, shows a page to the customer, and stops', async () => {
  const apiKey = 'key-of-the-shop';
  program = await startProgram({ GATEWAY_API_KEY: apiKey }, ['gateway', '--port', '0']);
  const { clock } = nodeEnvironment();
  const gateway = simulatedGateway({ url: program.url, apiKey, webhookSecret: 'secret', clock });
  const request = { amount: money.of(1234, 'EUR'), returnUrl: null };
  const paid = { ...request, payment: { orderId: OrderId('o-1'), attempt: 1 }, card: 'tok_ok' };
  expect(await gateway.authorize(paid)).toMatchObject({ kind: 'approved' });
  const onPage = { ...request, payment: { orderId: OrderId('o-2'), attempt: 1 }, card: null };
  const outcome = await gateway.authorize(onPage);
  const url = outcome.kind === 'pending' ? (outcome.report.redirectUrl ?? '') : '';
  expect(url.startsWith(`${program.url}/pay/`)).toBe(true);
  expect(await (await fetch(url)).text()).toContain('12.34 EUR');
  expect(await program.stop()).toBe(0);
});
