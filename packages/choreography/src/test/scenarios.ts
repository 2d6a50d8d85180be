// Orders for both kinds of coordination, each with the end that it must reach.
import { OrderId, Sku, type DomainCommand } from '@holdfast/kernel';
import type {
  CheckoutDefinition,
  Coordination,
  OrderEvent,
  PaymentMethod,
  PaymentMode,
} from '@holdfast/ordering';
import type { CardToken } from './gateway.js';
import { reservationTtlMs, type Purchase } from './world.js';

export const stocked = { TEA: 5, CUP: 5 };
export const orderId = OrderId('o1');
export const coordinations: readonly Coordination[] = ['ORCHESTRATION', 'CHOREOGRAPHY'];

export type End = {
  readonly status: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly stock: Readonly<Record<string, { readonly onHand: number; readonly reserved: number }>>;
  readonly wallet: { readonly balance: number; readonly held: number };
  readonly cards: { readonly kept: number; readonly authorized: number };
};

export type Scenario = {
  readonly lines?: Purchase['lines'];
  readonly paymentMode?: PaymentMode;
  readonly paymentMethod?: PaymentMethod;
  /** the card that the order came with */
  readonly cardToken?: CardToken;
  readonly isFree?: boolean;
  readonly verdict?: string;
  readonly definition?: CheckoutDefinition;
  readonly onHand?: typeof stocked;
  readonly balance?: number;
  readonly slow?: readonly string[];
  /** the actions of the customer or staff at an event of the order */
  readonly on?: Partial<Record<OrderEvent['type'], readonly DomainCommand[]>>;
  readonly isPaidByWallet?: boolean;
  /** Units that came back after the order was delivered; absent: the order is not shipped. */
  readonly returned?: Readonly<Record<keyof typeof stocked, number>>;
  readonly ends: string;
  readonly reason?: string;
  /** the least time that has passed at the end */
  readonly atLeastMs?: number;
};

const pay: DomainCommand = { type: 'StartPayment', data: { orderId, method: 'WALLET' } };
/** Long before the end of the reservation, which is extended by its full length. */
const extend: DomainCommand = {
  type: 'ExtendReservation',
  data: { orderId, at: '2026-01-01T00:00:00.000Z', byMs: reservationTtlMs },
};
const cancel: DomainCommand = { type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } };
const approve: DomainCommand = { type: 'Review', data: { orderId, approved: true, reason: 'known' } };
const reject: DomainCommand = { type: 'Review', data: { orderId, approved: false, reason: 'No' } };
const payByCard = (cardToken: CardToken): DomainCommand => ({
  type: 'StartPayment',
  data: { orderId, method: 'CARD', cardToken, returnUrl: '/back' },
});
const bothModes = (scenarios: Readonly<Record<string, Scenario>>): readonly (readonly [string, Scenario])[] =>
  Object.entries(scenarios).flatMap(([title, scenario]) => [
    [`${title}, paid at once`, { ...scenario, paymentMode: 'AUTOMATIC' }] as const,
    [
      `${title}, paid by the customer`,
      { ...scenario, paymentMode: 'ON_CONFIRMATION', on: { OrderReserved: [pay], ...scenario.on } },
    ] as const,
  ]);

export const scenarios: readonly (readonly [string, Scenario])[] = [
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

/** Each scenario twice: paid at once, and paid by the customer. `second` is the card after a decline of the first one. */
const byCard = (
  named: Readonly<Record<string, Scenario & { readonly card: CardToken; readonly second?: CardToken }>>,
): readonly (readonly [string, Scenario])[] =>
  Object.entries(named).flatMap(([title, { card, second, ...rest }]) => {
    const retry = second === undefined ? {} : { OrderPaymentDeclined: [payByCard(second)] };
    const paying = { paymentMethod: 'CARD', ...rest } as const;
    const onReserved = [payByCard(card), ...(rest.on?.OrderReserved ?? [])];
    return [
      [
        `${title}, paid at once`,
        { ...paying, paymentMode: 'AUTOMATIC', cardToken: card, on: { ...retry, ...rest.on } },
      ] as const,
      [
        `${title}, paid by the customer`,
        {
          ...paying,
          paymentMode: 'ON_CONFIRMATION',
          on: { ...retry, ...rest.on, OrderReserved: onReserved },
        },
      ] as const,
    ];
  });

/** The payment may have two attempts. */
export const cardScenarios = byCard({
  'a card works': { card: 'ok', ends: 'CONFIRMED' },
  'the customer pays on the gateway’s page': { card: 'page-pays', ends: 'CONFIRMED' },
  'the customer leaves the gateway’s page': {
    card: 'page-leaves',
    ends: 'FAILED',
    reason: 'PAYMENT_TIMEOUT',
  },
  'the bank takes longer than the payment may': {
    card: 'ok',
    slow: ['gateway:authorize'],
    ends: 'FAILED',
    reason: 'PAYMENT_TIMEOUT',
  },
  'the capture succeeds after the payment deadline': {
    card: 'ok',
    slow: ['gateway:capture'],
    ends: 'FAILED',
    reason: 'PAYMENT_TIMEOUT',
  },
  'the customer pays on the page after the payment deadline': {
    card: 'page-pays',
    slow: ['gateway:customer'],
    ends: 'FAILED',
    reason: 'PAYMENT_TIMEOUT',
  },
  'the gateway is away twice': { card: 'away-twice', ends: 'CONFIRMED' },
  'the gateway is given up': { card: 'away', ends: 'FAILED', reason: 'RETRIES_EXHAUSTED' },
  'an authorization ends before its capture can be made': {
    card: 'short',
    slow: ['gateway:capture'],
    ends: 'FAILED',
    reason: 'PAYMENT_TIMEOUT',
  },
  'a card is captured at the gateway’s dashboard': { card: 'outside', ends: 'CONFIRMED' },
  'an order by card falls short': {
    card: 'ok',
    onHand: { TEA: 1, CUP: 5 },
    ends: 'FAILED',
    reason: 'OUT_OF_STOCK',
  },
  'an order by card costs nothing': { card: 'ok', isFree: true, ends: 'CONFIRMED' },
  'a check refuses an order by card': {
    card: 'ok',
    verdict: 'reject',
    ends: 'FAILED',
    reason: 'FRAUD_REJECTED',
  },
  'an order by card is cancelled when its payment begins': {
    card: 'ok',
    on: { OrderPaymentStarted: [cancel] },
    ends: 'CANCELLED',
    reason: 'CUSTOMER_CANCELLED',
  },
  'an order by card is cancelled when it is paid': {
    card: 'ok',
    on: { OrderPaid: [cancel] },
    ends: 'CANCELLED',
    reason: 'CUSTOMER_CANCELLED',
  },
  'an order by card is cancelled when it is confirmed': {
    card: 'ok',
    on: { OrderConfirmed: [cancel] },
    ends: 'CANCELLED',
    reason: 'CUSTOMER_CANCELLED',
  },
});

/** An order that is paid first reserves no stock to wait for another card, so its first card decides. */
export const secondCards = byCard({
  'a card is declined and the next one works': { card: 'declined', second: 'ok', ends: 'CONFIRMED' },
  'a card is declined on the page and the next one works': {
    card: 'page-declined',
    second: 'ok',
    ends: 'CONFIRMED',
  },
  'an authorization has run out and the next card works': {
    card: 'expires',
    second: 'ok',
    ends: 'CONFIRMED',
  },
  'two cards are declined': {
    card: 'declined',
    second: 'declined',
    ends: 'FAILED',
    reason: 'PAYMENT_DECLINED',
  },
  'a card is declined and there is no other': {
    card: 'declined',
    ends: 'CANCELLED',
    reason: 'RESERVATION_EXPIRED',
  },
  'a card is declined and the customer cancels': {
    card: 'declined',
    on: { OrderPaymentDeclined: [cancel] },
    ends: 'CANCELLED',
    reason: 'CUSTOMER_CANCELLED',
  },
  'a card is declined and the wallet pays': {
    card: 'declined',
    on: { OrderPaymentDeclined: [pay] },
    isPaidByWallet: true,
    ends: 'CONFIRMED',
  },
});
const onlyCards: readonly (readonly [string, Scenario])[] = [
  ...byCard({
    'the only card is declined': { card: 'declined', ends: 'FAILED', reason: 'PAYMENT_DECLINED' },
    'the only authorization runs out': { card: 'expires', ends: 'FAILED', reason: 'PAYMENT_TIMEOUT' },
  }),
];

/** The same, with the money set aside before the stock is reserved: the order is payable as soon as it is placed. */
export const paidFirst: readonly (readonly [string, Scenario])[] = [
  ...scenarios,
  ...cardScenarios,
  ...onlyCards,
]
  .filter(([title]) => !/when it is reserved|asks for more time/.test(title))
  .map(([title, scenario]) => {
    const { OrderReserved: paying = [], OrderPlaced: placing = [], ...on } = scenario.on ?? {};
    const OrderPlaced = placing.length > 0 ? placing : paying;
    return [
      `${title}, money first`,
      { ...scenario, definition: 'payment-first', on: { ...on, OrderPlaced } },
    ];
  });

const byStaff = {
  pack: { type: 'MarkPacked', data: { orderId } },
  ship: { type: 'MarkShipped', data: { orderId, carrier: 'carrier', trackingNumber: 'T-1' } },
  deliver: { type: 'MarkDelivered', data: { orderId } },
} as const;
const takeBack = (returnId: string, units: Readonly<Record<string, number>>): DomainCommand => {
  const lines = Object.entries(units).map(([sku, quantity]) => ({ sku: Sku(sku), quantity }));
  return { type: 'AcceptReturn', data: { orderId, returnId, lines, reason: 'too blue' } };
};
const delivering = {
  OrderConfirmed: [byStaff.pack],
  OrderPacked: [byStaff.ship],
  OrderShipped: [byStaff.deliver],
} as const;

/** Orders of two TEA and one CUP that are delivered and come back, in whole or in parts. */
const returns: Readonly<Record<string, Scenario>> = {
  'a delivered order is kept': { returned: { TEA: 0, CUP: 0 }, on: delivering, ends: 'DELIVERED' },
  'a delivered order comes back in part': {
    returned: { TEA: 1, CUP: 0 },
    on: { ...delivering, OrderDelivered: [takeBack('r1', { TEA: 1 })] },
    ends: 'DELIVERED',
  },
  'a delivered order comes back part by part': {
    returned: { TEA: 2, CUP: 1 },
    on: {
      ...delivering,
      OrderDelivered: [takeBack('r1', { TEA: 1 })],
      OrderReturned: [takeBack('r2', { TEA: 1, CUP: 1 })],
    },
    ends: 'DELIVERED',
  },
  'one return is accepted twice': {
    returned: { TEA: 0, CUP: 1 },
    on: { ...delivering, OrderDelivered: [takeBack('r1', { CUP: 1 }), takeBack('r1', { CUP: 1 })] },
    ends: 'DELIVERED',
  },
  'more comes back than is left': {
    returned: { TEA: 2, CUP: 0 },
    on: {
      ...delivering,
      OrderDelivered: [takeBack('r1', { TEA: 2 })],
      OrderReturned: [takeBack('r2', { TEA: 1 })],
    },
    ends: 'DELIVERED',
  },
};
export const returned: readonly (readonly [string, Scenario])[] = Object.entries(returns).flatMap(
  ([title, scenario]) => [
    [`${title}, paid by wallet`, scenario] as const,
    [`${title}, paid by card`, { ...scenario, paymentMethod: 'CARD', cardToken: 'ok' }] as const,
  ],
);
