// The program is killed in the middle of card payments while the gateway keeps running: every card is charged once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openSimulatedGateway } from '@holdfast/gateways';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { address } from '../test/card-shop.js';
import { ask, signIn, startProgram } from '../test/program.js';

const customer = ['customer@demo.example', 'demo-customer'] as const;

test('killed at any moment while orders are paid by card › the next start continues, and charges each card once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-killed-cards-'));
  const apiKey = 'simulated-gateway-key';
  const gateway = await openSimulatedGateway({ environment: nodeEnvironment(), apiKey });
  const start = async () => {
    const program = await startProgram({ DATA_DIR: directory, PAYMENT_GATEWAY_URL: gateway.url });
    const url = new URL('/webhooks/payments', program.url).href;
    gateway.tell({ url, secret: 'simulated-webhook-secret' });
    return program;
  };
  const ids: string[] = [];
  for (const waitMs of [0, 20, 60]) {
    const program = await start();
    const token = await signIn(program.url, ...customer);
    const input = {
      ...{ idempotencyKey: `order-${waitMs}`, lines: [{ sku: 'OAK-TRAY', quantity: 1 }] },
      ...{ paymentMethod: 'CARD', paymentMode: 'AUTOMATIC', cardToken: 'tok_ok', shippingAddress: address },
    };
    const query = `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) { ... on OrderSuccess { order { id } } } }`;
    type Placed = { readonly placeOrder: { readonly order: { readonly id: string } } };
    ids.push((await ask<Placed>(program.url, query, { input }, token)).placeOrder.order.id);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    await program.kill();
  }
  const program = await start();
  const token = await signIn(program.url, ...customer);
  await eventually(
    async () => {
      type Found = { readonly orders: { readonly nodes: readonly { readonly status: string }[] } };
      const found = await ask<Found>(program.url, '{ orders { nodes { status } } }', {}, token);
      expect(found.orders.nodes.map(({ status }) => status)).toEqual(ids.map(() => 'CONFIRMED'));
    },
    { timeoutMs: 60_000 },
  );
  const charged = gateway.payments().map(({ reference, status }) => [reference, status]);
  expect(charged.toSorted()).toEqual(ids.map((id) => [`${id}.1`, 'captured']).toSorted());
  await program.kill();
  await gateway.close();
  await rm(directory, { recursive: true });
}, 180_000);
