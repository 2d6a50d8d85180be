// The state of an order, folded from its events: a field exists only where it means something.
import { assertNever, invariant } from '@holdfast/kernel';
import {
  nothingBack,
  withAnswer,
  withRefund,
  withReturn,
  type GivenBack,
  type PaidBy,
} from './order-refunds.js';
import { statusAfter } from './order-status.js';
import { withDeclined } from './return-requests.js';
import type {
  CancellationReason,
  FailureReason,
  OrderEvent,
  OrderPlaced,
  OrderReviewed,
  PaymentMethod,
} from './order.events.js';

type Placed = { readonly placed: OrderPlaced['data'] };
/** `transactionId` and `paidBy` are null when nothing was to be paid. */
type Paid = Placed & { readonly transactionId: string | null; readonly paidBy: PaidBy | null };
type Confirmed = Paid & { readonly invoiceNumber: string; readonly givenBack: GivenBack };

/** `givenBack` is null for an order that ended before it was confirmed. */
type Ended = Placed & { readonly givenBack: GivenBack | null };

/** `attempts` counts the payments that were started and declined. */
type Reserved = {
  readonly status: 'RESERVED';
  readonly expiresAt: string | null;
  readonly attempts: number;
  /** whether the customer has been given more time */
  readonly isExtended: boolean;
  readonly remindedOf: string | null;
} & Placed;
type PaymentPending = {
  readonly status: 'PAYMENT_PENDING';
  readonly method: PaymentMethod;
  readonly attempt: number;
  readonly isExtended: boolean;
  /** the end of the reservation that the customer was reminded of last */
  readonly remindedOf: string | null;
} & Placed;

/** `review`: the decision of a person, for the checkout to follow; null while there is none */
type UnderReview = {
  readonly status: 'UNDER_REVIEW';
  readonly reason: string;
  readonly review: OrderReviewed['data'] | null;
} & Paid;

export type OrderState =
  | { readonly status: 'NOT_PLACED' }
  | ({ readonly status: 'CREATED' } & Placed)
  | Reserved
  | PaymentPending
  | ({ readonly status: 'PAID' } & Paid)
  | UnderReview
  | ({ readonly status: 'CONFIRMED'; readonly isPacked: boolean } & Confirmed)
  | ({ readonly status: 'SHIPPED' | 'IN_TRANSIT' | 'DELIVERED' } & Confirmed)
  | ({ readonly status: 'FAILED'; readonly reason: FailureReason; readonly message: string } & Ended)
  | ({ readonly status: 'CANCELLED'; readonly reason: CancellationReason } & Ended);

export const initialState: OrderState = { status: 'NOT_PLACED' };

export function evolve(state: OrderState, event: OrderEvent): OrderState {
  if (event.type === 'OrderPlaced') return { status: statusAfter.OrderPlaced, placed: event.data };
  invariant(state.status !== 'NOT_PLACED', `${event.type} in an order that was never placed`);
  const { placed } = state;
  const { type, data } = event;
  switch (type) {
    case 'OrderReserved':
      return {
        ...{ status: statusAfter[type], placed, expiresAt: data.expiresAt, attempts: 0 },
        ...{ isExtended: false, remindedOf: null },
      };
    case 'OrderReservationExtended':
      invariant(state.status === 'RESERVED', `${type} in an order that is ${state.status}`);
      return { ...state, expiresAt: data.expiresAt, isExtended: true };
    case 'OrderReservationExpiring':
      return state.status === 'RESERVED' ? { ...state, remindedOf: data.expiresAt } : state;
    case 'OrderPaymentStarted': {
      const { method, attempt } = data;
      return { status: statusAfter[type], placed, method, attempt, ...reservationOf(state) };
    }
    case 'OrderPaymentDeclined': {
      const { expiresAt, attempt: attempts } = data;
      return { status: statusAfter[type], placed, expiresAt, attempts, ...reservationOf(state) };
    }
    case 'OrderPaid':
      return { status: statusAfter[type], placed, transactionId: data.transactionId, paidBy: paidBy(state) };
    case 'OrderPaymentSkipped':
      return { status: statusAfter[type], placed, transactionId: null, paidBy: null };
    case 'OrderHeldForReview':
      return { status: statusAfter[type], ...paid(state), reason: data.reason, review: null };
    case 'OrderReviewed':
      return { status: statusAfter[type], ...paid(state), reason: data.reason, review: data };
    case 'OrderConfirmed':
      return {
        ...{ status: statusAfter[type], ...paid(state), invoiceNumber: data.invoiceNumber },
        ...{ isPacked: false, givenBack: nothingBack },
      };
    case 'OrderPacked':
      invariant(state.status === 'CONFIRMED', `${type} in an order that is ${state.status}`);
      return { ...state, isPacked: true };
    case 'OrderShipped':
    case 'OrderInTransit':
    case 'OrderDelivered':
      return { status: statusAfter[type], ...confirmed(state) };
    case 'OrderRefundRequested':
    case 'OrderReturned':
    case 'OrderRefunded':
    case 'OrderRefundRefused':
    case 'ReturnRequested':
    case 'ReturnDeclined':
      return givingBack(state, event);
    case 'OrderCancelled':
      return { status: statusAfter[type], placed, reason: data.reason, givenBack: backOf(state) };
    case 'OrderFailed': {
      const { reason, message } = data;
      return { status: statusAfter[type], placed, reason, message, givenBack: backOf(state) };
    }
    default:
      return assertNever(type);
  }
}

/** The data of a reservation that stays while payments start and are declined. */
const reservationOf = (state: OrderState): Pick<Reserved, 'isExtended' | 'remindedOf'> =>
  'isExtended' in state
    ? { isExtended: state.isExtended, remindedOf: state.remindedOf }
    : { isExtended: false, remindedOf: null };

function paid(state: OrderState): Paid {
  invariant('transactionId' in state, `${state.status} is not a paid order`);
  return { placed: state.placed, transactionId: state.transactionId, paidBy: state.paidBy };
}

/** The payment of a paid order. */
const paidBy = (state: OrderState): PaidBy | null =>
  state.status === 'PAYMENT_PENDING' ? { method: state.method, attempt: state.attempt } : null;

function confirmed(state: OrderState): Confirmed {
  invariant('invoiceNumber' in state, `${state.status} is not a confirmed order`);
  return { ...paid(state), invoiceNumber: state.invoiceNumber, givenBack: state.givenBack };
}

/** The refunds and returns of an order; null for an order that was never confirmed. */
export const backOf = (state: OrderState): GivenBack | null =>
  'givenBack' in state ? state.givenBack : null;

type GivingBack = Extract<
  OrderEvent,
  {
    type:
      | 'OrderRefundRequested'
      | 'OrderReturned'
      | 'OrderRefunded'
      | 'OrderRefundRefused'
      | 'ReturnRequested'
      | 'ReturnDeclined';
  }
>;

function givingBack(state: OrderState, event: GivingBack): OrderState {
  invariant('givenBack' in state && state.givenBack !== null, `${event.type} in an order without an invoice`);
  const { givenBack } = state;
  switch (event.type) {
    case 'OrderRefundRequested': {
      const { by, at } = event.data;
      return { ...state, givenBack: withRefund(givenBack, event.data, { by, at }) };
    }
    case 'OrderReturned':
      return { ...state, givenBack: withReturn(givenBack, event.data) };
    case 'OrderRefunded':
      return { ...state, givenBack: withAnswer(givenBack, event.data.refundId, 'made') };
    case 'OrderRefundRefused':
      return { ...state, givenBack: withAnswer(givenBack, event.data.refundId, 'refused') };
    case 'ReturnRequested': {
      const { requestId, stock: open } = event.data;
      const requests = [...givenBack.requests, { requestId, open, isDeclined: false }];
      return { ...state, givenBack: { ...givenBack, requests } };
    }
    case 'ReturnDeclined': {
      const requests = withDeclined(givenBack.requests, event.data.requestId);
      return { ...state, givenBack: { ...givenBack, requests } };
    }
    default:
      return assertNever(event);
  }
}
