// The events of an order. Stored type strings are permanent; the stream name carries the order's id.
import type { CustomerId, DomainEvent, Money, Sku } from '@holdfast/kernel';

export type PaymentMethod = 'WALLET' | 'CARD';
/** AUTOMATIC charges at once; ON_CONFIRMATION waits for the customer to pay. */
export type PaymentMode = 'AUTOMATIC' | 'ON_CONFIRMATION';
export type Coordination = 'ORCHESTRATION' | 'CHOREOGRAPHY';
/** The order of a checkout's steps: `payment-first` sets the money aside before it reserves the stock. */
export type CheckoutDefinition = 'stock-first' | 'payment-first';

export type OrderLine = {
  readonly sku: Sku;
  readonly name: string;
  /** at least 1 */
  readonly quantity: number;
  readonly unitPrice: Money;
};

export type Address = {
  readonly name: string;
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  /** empty where addresses need none: see `needsPostalCode` */
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2, or the name a retailer's export uses */
  readonly country: string;
};

/** Why an order failed. */
export type FailureReason =
  | 'OUT_OF_STOCK'
  | 'INSUFFICIENT_FUNDS'
  | 'PAYMENT_DECLINED'
  | 'PAYMENT_TIMEOUT'
  | 'FRAUD_REJECTED'
  | 'ADDRESS_INVALID'
  | 'RETRIES_EXHAUSTED';

/**
 * The keeper of an order's stock: this shop, or an outside service that is asked over Kafka. Set for good when the
 * order is placed.
 */
export type StockKeeper = 'OWN' | 'OUTSIDE';

/** Why an order was cancelled: by a person or by a deadline. */
export type CancellationReason = 'CUSTOMER_CANCELLED' | 'RESERVATION_EXPIRED';

/**
 * Facts about the customer at the moment of the order, for its check. `ordersInLastHour` leaves this order out, and counts at
 * most `countedOrders`.
 */
export type CustomerHistory = { readonly earlierOrders: number; readonly ordersInLastHour: number };

export type OrderPlaced = DomainEvent<
  'OrderPlaced',
  {
    readonly customerId: CustomerId;
    /** at least one; a SKU may appear more than once */
    readonly lines: readonly OrderLine[];
    readonly paymentMethod: PaymentMethod;
    readonly paymentMode: PaymentMode;
    readonly coordination: Coordination;
    readonly shippingAddress: Address;
    /** the code that people use for the order: random, so that it cannot be guessed; absent from older orders */
    readonly code?: string;
    /** the e-mail address of a guest; absent for a customer with an account */
    readonly guestEmail?: string;
    /** absent: `stock-first` */
    readonly definition?: CheckoutDefinition;
    /** absent: `OWN` */
    readonly stockKeeper?: StockKeeper;
    /** the gateway's single-use token of a card, for the first payment; never the number of a card */
    readonly cardToken?: string;
    /** where the gateway's page sends the customer back to */
    readonly returnUrl?: string;
    /** absent: the shipping address */
    readonly billingAddress?: Address;
    /** absent: the order is not checked, because it was imported or is older than the checks */
    readonly customerHistory?: CustomerHistory;
  }
>;
/** `expiresAt`: when an unpaid reservation ends, ISO 8601; null when payment follows at once */
export type OrderReserved = DomainEvent<'OrderReserved', { readonly expiresAt: string | null }>;
/** The customer asked for more time to pay, until `expiresAt` (ISO 8601). An order gets more time once. */
export type OrderReservationExtended = DomainEvent<
  'OrderReservationExtended',
  { readonly expiresAt: string }
>;
/** The customer is told that the reservation is about to end at `expiresAt` (ISO 8601). */
export type OrderReservationExpiring = DomainEvent<
  'OrderReservationExpiring',
  { readonly expiresAt: string }
>;
/** Since version 2 it counts the attempts to pay, from 1, and has the data of a card payment. */
export type OrderPaymentStarted = DomainEvent<
  'OrderPaymentStarted',
  {
    readonly method: PaymentMethod;
    readonly attempt: number;
    /** the gateway's single-use token of a card; null: the customer pays on the gateway's page, or by wallet */
    readonly cardToken: string | null;
    readonly returnUrl: string | null;
  }
>;
/** The attempt has ended without money; until `expiresAt` (ISO 8601) there may be another. */
export type OrderPaymentDeclined = DomainEvent<
  'OrderPaymentDeclined',
  { readonly attempt: number; readonly code: string; readonly expiresAt: string }
>;
export type OrderPaid = DomainEvent<'OrderPaid', { readonly transactionId: string }>;
/** The total is 0, so there is no payment and no transaction. */
export type OrderPaymentSkipped = DomainEvent<'OrderPaymentSkipped', Record<string, never>>;
export type OrderHeldForReview = DomainEvent<'OrderHeldForReview', { readonly reason: string }>;
/** A person looked at the order. The metadata has the person: `staff:<id>`. */
export type OrderReviewed = DomainEvent<
  'OrderReviewed',
  { readonly approved: boolean; readonly reason: string }
>;
/** `stockKeeper` as in OrderPlaced */
export type OrderConfirmed = DomainEvent<
  'OrderConfirmed',
  { readonly invoiceNumber: string; readonly stockKeeper?: StockKeeper }
>;
export type OrderCancelled = DomainEvent<
  'OrderCancelled',
  { readonly reason: CancellationReason; readonly note?: string }
>;
export type OrderFailed = DomainEvent<
  'OrderFailed',
  { readonly reason: FailureReason; readonly message: string }
>;

/** All goods of the order are in one parcel; the status stays CONFIRMED until the parcel is handed over. */
export type OrderPacked = DomainEvent<
  'OrderPacked',
  {
    /** every SKU once */
    readonly stock: readonly Units[];
    readonly shippingAddress: Address;
    /** the note of staff; absent when they gave none */
    readonly reason?: string;
  }
>;
/** The carrier has the parcel: from here on the order can't be cancelled. */
export type OrderShipped = DomainEvent<
  'OrderShipped',
  {
    readonly carrier: string;
    readonly trackingNumber: string;
    readonly stock: readonly Units[];
    /** the note of staff; absent when they gave none */
    readonly reason?: string;
  }
>;
export type OrderInTransit = DomainEvent<'OrderInTransit', Record<string, never>>;
export type OrderDelivered = DomainEvent<'OrderDelivered', Record<string, never>>;

export type Units = { readonly sku: Sku; /** at least 1 */ readonly quantity: number };

/** A refund that was asked for: its amount, its id, and its payment. */
export type Refunding = {
  readonly refundId: string;
  readonly amount: Money;
  readonly customerId: CustomerId;
  readonly method: PaymentMethod;
  /** the number of the attempt that paid, from 1 */
  readonly attempt: number;
};
/** Staff ask for a refund; the payment makes or refuses it. */
export type OrderRefundRequested = DomainEvent<
  'OrderRefundRequested',
  Refunding & {
    readonly reason: string;
    readonly by: string;
    /** ISO 8601 */
    readonly at: string;
  }
>;
/** Goods of a shipped order came back. `refund` is null when no money is left to refund. */
export type OrderReturned = DomainEvent<
  'OrderReturned',
  {
    readonly returnId: string;
    /** every SKU once */
    readonly stock: readonly Units[];
    readonly reason: string;
    readonly refund: Refunding | null;
  }
>;
export type OrderRefunded = DomainEvent<
  'OrderRefunded',
  { readonly refundId: string; readonly amount: Money }
>;
/** The payment refused the refund. Another request can ask for the amount again. */
export type OrderRefundRefused = DomainEvent<
  'OrderRefundRefused',
  { readonly refundId: string; readonly code: string }
>;

/** The customer asks to send units back. They are open until they come back, or staff decline the request. */
export type ReturnRequested = DomainEvent<
  'ReturnRequested',
  {
    readonly requestId: string;
    /** every SKU once */
    readonly stock: readonly Units[];
    readonly reason: string;
  }
>;
/** Staff decline the units of a request that have not come back. */
export type ReturnDeclined = DomainEvent<
  'ReturnDeclined',
  { readonly requestId: string; readonly reason: string }
>;

/** Events that do not change the status of the order. */
export type EventWithinStatus =
  | OrderReservationExtended
  | OrderReservationExpiring
  | OrderPacked
  | OrderRefundRequested
  | OrderReturned
  | OrderRefunded
  | OrderRefundRefused
  | ReturnRequested
  | ReturnDeclined;

export type OrderEvent =
  | OrderPlaced
  | OrderReserved
  | OrderPaymentStarted
  | OrderPaymentDeclined
  | OrderPaid
  | OrderPaymentSkipped
  | OrderHeldForReview
  | OrderReviewed
  | OrderConfirmed
  | OrderCancelled
  | OrderFailed
  | OrderShipped
  | OrderInTransit
  | OrderDelivered
  | EventWithinStatus;
