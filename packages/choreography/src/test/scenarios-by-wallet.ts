// Orders paid from the wallet, or free, each with the end that it must reach.
import { reservationTtlMs } from './process-managers.js';
import { approve, cancel, extend, pay, reject, type Scenario } from './scenario.js';

const bothModes = (scenarios: Readonly<Record<string, Scenario>>): readonly (readonly [string, Scenario])[] =>
  Object.entries(scenarios).flatMap(([title, scenario]) => [
    [`${title}, paid at once`, { ...scenario, paymentMode: 'AUTOMATIC' }] as const,
    [
      `${title}, paid by the customer`,
      { ...scenario, paymentMode: 'ON_CONFIRMATION', on: { OrderReserved: [pay], ...scenario.on } },
    ] as const,
  ]);

export const walletScenarios: readonly (readonly [string, Scenario])[] = [
  ...bothModes({
    'an order is paid': { ends: 'CONFIRMED' },
    'an order has two lines of one SKU': {
      lines: [
        ['TEA', 2],
        ['CUP', 1],
        ['TEA', 3],
      ],
      ends: 'CONFIRMED',
    },
    'an order costs nothing': { isFree: true, balance: 0, ends: 'CONFIRMED' },
    'one of two SKUs falls short': {
      lines: [
        ['TEA', 1],
        ['CUP', 6],
      ],
      ends: 'FAILED',
      reason: 'OUT_OF_STOCK',
    },
    'nothing is in stock': { onHand: { TEA: 0, CUP: 0 }, ends: 'FAILED', reason: 'OUT_OF_STOCK' },
    'two lines of one SKU fall short together': {
      lines: [
        ['TEA', 3],
        ['TEA', 3],
      ],
      ends: 'FAILED',
      reason: 'OUT_OF_STOCK',
    },
    'the wallet has too little money': { balance: 5, ends: 'FAILED', reason: 'INSUFFICIENT_FUNDS' },
    'the customer has no wallet': { balance: 0, ends: 'FAILED', reason: 'INSUFFICIENT_FUNDS' },
    'the hold comes after the payment deadline': {
      slow: ['hold-funds'],
      ends: 'FAILED',
      reason: 'PAYMENT_TIMEOUT',
    },
    'the capture comes after the payment deadline': {
      slow: ['capture-funds'],
      ends: 'FAILED',
      reason: 'PAYMENT_TIMEOUT',
    },
    'a check refuses the order': { verdict: 'reject', ends: 'FAILED', reason: 'FRAUD_REJECTED' },
    'staff approve an order under review': {
      verdict: 'review',
      on: { OrderHeldForReview: [approve] },
      ends: 'CONFIRMED',
    },
    'staff reject an order under review': {
      verdict: 'review',
      on: { OrderHeldForReview: [reject] },
      ends: 'FAILED',
      reason: 'FRAUD_REJECTED',
    },
    'an order under review is cancelled': {
      verdict: 'review',
      on: { OrderHeldForReview: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when it is placed': {
      on: { OrderPlaced: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when it is reserved': {
      on: { OrderReserved: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when its payment begins': {
      on: { OrderPaymentStarted: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when it is paid': {
      on: { OrderPaid: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when it is confirmed': {
      on: { OrderConfirmed: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order that costs nothing is cancelled when it is confirmed': {
      isFree: true,
      on: { OrderConfirmed: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
  }),
  [
    'the customer asks for more time, and does not pay',
    {
      paymentMode: 'ON_CONFIRMATION',
      on: { OrderReserved: [extend] },
      ends: 'CANCELLED',
      reason: 'RESERVATION_EXPIRED',
      atLeastMs: 2 * reservationTtlMs,
    },
  ],
  [
    'the customer does not pay',
    { paymentMode: 'ON_CONFIRMATION', ends: 'CANCELLED', reason: 'RESERVATION_EXPIRED' },
  ],
  [
    'the stock is reserved only after the customer has cancelled',
    {
      slow: ['reserve:TEA'],
      on: { OrderPlaced: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
  ],
];
