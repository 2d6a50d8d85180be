// The simulated gateway with its adapter, for specs.
import { paymentReference } from '@holdfast/payments';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { openSimulatedGateway, simulatedGateway, type SimulatedGateway } from '../index.js';
import type { GatewayBench } from './payment-gateway-contract.js';
import { openWebhookReceiver } from './webhook-receiver.js';

export type SimulatedBench = GatewayBench & {
  readonly server: SimulatedGateway;
  readonly environment: FakeEnvironment;
};

const apiKey = 'key-for-specs';
const secret = 'secret-for-specs';

export async function openSimulatedBench({ timeoutMs = 10_000 } = {}): Promise<SimulatedBench> {
  const environment = fakeEnvironment();
  const receiver = await openWebhookReceiver();
  const server = await openSimulatedGateway({ environment, apiKey, webhooks: { url: receiver.url, secret } });
  const { clock } = environment;
  return {
    server,
    environment,
    gateway: simulatedGateway({ url: server.url, apiKey, webhookSecret: secret, clock, timeoutMs }),
    cards: {
      ok: 'tok_ok',
      declined: 'tok_declined',
      insufficient: 'tok_insufficient',
      expired: 'tok_expired',
      redirect: 'tok_redirect',
    },
    payOnPage: async (url) => {
      await fetch(url, { method: 'POST', body: new URLSearchParams({ choice: 'pay' }), redirect: 'manual' });
    },
    loseNextAnswer: () => server.behave({ lostAnswers: 1 }),
    goDown: (isDown) => server.behave({ isDown }),
    captureOutside: (payment, amount) => server.dashboard.capture(paymentReference(payment), amount),
    refundOutside: (payment, amount) => server.dashboard.refund(paymentReference(payment), amount),
    expire: (payment) => server.dashboard.expire(paymentReference(payment)),
    count: (payment) =>
      server.payments().filter(({ reference }) => reference === paymentReference(payment)).length,
    webhooks: () => receiver.received,
    passMs: environment.jump,
    close: async () => {
      await server.close();
      await receiver.close();
    },
  };
}
