// The simulated carrier keeps the contract of the port, over HTTP, and shows the faults that its switches ask for.
import { describe, expect, test } from '@jest/globals';
import { OrderId } from '@holdfast/kernel';
import { eventually, fakeEnvironment } from '@holdfast/testing';
import { openSimulatedCarrier, simulatedCarrier } from '../index.js';
import { describeCarrier, type CarrierBench } from '../test/carrier-contract.js';
import { openWebhookReceiver } from '../test/webhook-receiver.js';

const apiKey = 'key-for-specs';
const secret = 'secret-for-specs';

async function openBench() {
  const environment = fakeEnvironment();
  const receiver = await openWebhookReceiver();
  const server = await openSimulatedCarrier({ environment, apiKey, webhooks: { url: receiver.url, secret } });
  const { clock } = environment;
  const bench: CarrierBench = {
    carrier: simulatedCarrier({ url: server.url, apiKey, webhookSecret: secret, clock }),
    loseNextAnswer: () => server.behave({ lostAnswers: 1 }),
    goDown: (isDown) => server.behave({ isDown }),
    scan: async (trackingNumber, code) => {
      await server.scan(trackingNumber, code);
    },
    webhooks: () => receiver.received,
    count: (orderId) => server.labels().filter(({ reference }) => reference === orderId).length,
    passMs: environment.jump,
    close: async () => {
      await server.close();
      await receiver.close();
    },
  };
  return { ...bench, server, environment, receiver };
}

describeCarrier('the simulated carrier', openBench);

describe('the simulated carrier', () => {
  test('refuses a wrong key and malformed requests', async () => {
    const { server, close } = await openBench();
    const post = async (path: string, body: string, key = apiKey) =>
      (
        await fetch(`${server.url}/${path}`, {
          method: 'POST',
          body,
          headers: { authorization: `Bearer ${key}` },
        })
      ).status;
    expect(await post('labels', '{}', 'another')).toBe(401);
    expect(await post('labels', '{}')).toBe(400);
    expect(await post('labels', 'no json')).toBe(400);
    expect(await post('parcels', '{}')).toBe(404);
    await close();
  });

  test('sends the webhook of a scan until the shop takes it, and in copies when a switch asks for that', async () => {
    const { server, environment, receiver, close } = await openBench();
    server.behave({ copies: 3 });
    const scan = await server.scan('T-1', 'IN_TRANSIT');
    expect(receiver.received).toHaveLength(3);
    await receiver.close();
    await server.repeat(scan);
    await environment.advance(1_000);
    await eventually(() => expect(environment.armed()).toBeGreaterThan(0));
    await close().catch(() => undefined);
  });

  test('has the same number for the same order, also after a restart that forgets everything', async () => {
    const [one, other] = [await openBench(), await openBench()];
    const request = { orderId: OrderId('o-1'), parcel: { stock: [], shippingAddress: address } };
    const first = await one.carrier.makeLabel(request);
    expect(first.kind).toBe('made');
    expect(await other.carrier.makeLabel(request)).toEqual(first);
    await one.close();
    await other.close();
  });
});

const address = { name: 'Ada', line1: 'High St 1', city: 'Utrecht', postalCode: '3511', country: 'NL' };
