// Orders paid by card, each with the end that it must reach.
import type { CardToken } from './gateway.js';
import { cancel, pay, payByCard, type Scenario } from './scenario.js';

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
/** One card, and no other after it. */
export const onlyCards: readonly (readonly [string, Scenario])[] = [
  ...byCard({
    'the only card is declined': { card: 'declined', ends: 'FAILED', reason: 'PAYMENT_DECLINED' },
    'the only authorization runs out': { card: 'expires', ends: 'FAILED', reason: 'PAYMENT_TIMEOUT' },
  }),
];
