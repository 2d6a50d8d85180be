// The OpenAPI document is valid, has every route, and agrees with the checks of requests.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describedRest, type Described } from '../test/described.js';
import { startRig, type Rig } from '../test/rig.js';
import { address } from '../test/shop.js';

let rig: Rig;
let rest: Described;
let token: string;

beforeAll(async () => {
  rig = await startRig();
  rest = await describedRest(new URL(rig.url).origin);
  ({ token } = await rig.customer());
});
afterAll(async () => {
  await rig.stop();
});

test('is valid OpenAPI 3.1', async () => {
  const response = await fetch(new URL('/openapi.json', rig.url));
  expect(response.headers.get('content-type')).toBe('application/json');
  const validator = new Validator();
  expect(await validator.validate((await response.json()) as Record<string, unknown>)).toEqual({
    valid: true,
  });
  expect(validator.version).toBe('3.1');
});

test('has every route that the older systems’ clients use', () => {
  const { paths } = rest.document;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual([
    'GET /order',
    'GET /orders',
    'GET /orders/ws',
    'GET /payment-fail',
    'GET /payment-success',
    'GET /problems/{name}',
    'GET /products',
    'POST /api/order/{id}',
    'POST /api/payment',
    'POST /order',
    'POST /orders',
    'POST /payment',
    'POST /payment-fail',
    'POST /payment-success',
  ]);
});

describe('a request', () => {
  const order = { shippingAddress: address };
  test.each([
    ['/orders', 'PlaceOrderRequest', { ...order, items: [{ product_id: 'A' }] }],
    [
      '/orders',
      'PlaceOrderRequest',
      { ...order, lines: [{ sku: 'A', quantity: 3 }], paymentMethod: 'Wallet' },
    ],
    ['/orders', 'PlaceOrderRequest', { ...order, productId: 7, productQuantity: 2, userId: 1, price: 9.5 }],
    ['/orders', 'PlaceOrderRequest', { ...order }],
    ['/orders', 'PlaceOrderRequest', { ...order, items: [] }],
    ['/orders', 'PlaceOrderRequest', { ...order, items: [{ quantity: 1 }] }],
    ['/orders', 'PlaceOrderRequest', { ...order, items: [{ sku: 'A', quantity: 0 }] }],
    ['/orders', 'PlaceOrderRequest', { ...order, items: [{ sku: 'A', quantity: 9e15 }] }],
    ['/orders', 'PlaceOrderRequest', { ...order, items: [{ sku: 'A' }], paymentMode: 'LATER' }],
    ['/orders', 'PlaceOrderRequest', { items: [{ sku: 'A' }], shippingAddress: 'London' }],
    ['/orders', 'PlaceOrderRequest', { ...order, items: [{ sku: 'A' }], guestEmail: 'nobody' }],
    ['/orders', 'PlaceOrderRequest', { ...order, items: [{ sku: 'A' }], waitMs: -1 }],
    [
      ...(['/orders', 'PlaceOrderRequest'] as const),
      { ...order, items: [{ sku: 'A' }], expectedTotal: { amount: '1', currency: 'JPY' } },
    ],
    [
      ...(['/orders', 'PlaceOrderRequest'] as const),
      { ...order, items: [{ sku: 'A' }], expectedTotal: { amount: 1.5, currency: 'EUR' } },
    ],
    ['/orders', 'PlaceOrderRequest', null],
    ['/orders', 'PlaceOrderRequest', []],
    ['/payment', 'PayOrderRequest', { orderId: 'o' }],
    ['/payment', 'PayOrderRequest', { order_id: 'o', paymentType: 'CARD', cardToken: 'tok_ok' }],
    ['/payment', 'PayOrderRequest', { orderId: '' }],
    ['/payment', 'PayOrderRequest', { orderId: 7 }],
    ['/payment', 'PayOrderRequest', {}],
    ['/api/order/o', 'ChangeOrderRequest', { action: 'CANCEL' }],
    ['/api/order/o', 'ChangeOrderRequest', { status: 'PAID' }],
    ['/api/order/o', 'ChangeOrderRequest', { status: 'SHIPPED' }],
    ['/api/order/o', 'ChangeOrderRequest', { action: 'CANCEL', reason: 'r'.repeat(501) }],
    ['/payment-success', 'PaymentSucceededRequest', { order_id: 'o' }],
    ['/payment-success', 'PaymentSucceededRequest', { order_id: true }],
  ])(
    'to %s (%s) of %j is refused for its shape exactly when the document says so',
    async (path, name, body) => {
      const { status, body: problem } = await rest.send(path, { token, key: 'k', body });
      const isWrong = status === 400 && problem.errorCode === 'VALIDATION';
      expect(isWrong).toBe(!rest.fits(`/components/schemas/${name}`, body));
    },
  );
});
