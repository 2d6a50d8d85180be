// The streams of this program and the types of their events. A type that is left out does not compile; an append to a
// category that is left out fails.
import type {
  AccountEvent,
  AdminsEvent,
  AuditActionChained,
  EmailClaimed,
  EmailKeyChosen,
  NotificationEvent,
  SessionEvent,
} from '@holdfast/accounts';
import type { AnswerEvent, EventsReplayed, InboxEvent } from '@holdfast/bridge';
import type { AlarmEvent, CheckoutEvent, InterventionEvent } from '@holdfast/checkout';
import type {
  InventoryPolicyEvent,
  OrderingPolicyEvent,
  PaymentPolicyEvent,
  StepEvent,
} from '@holdfast/choreography';
import type { EventStore } from '@holdfast/event-store';
import type { FulfilmentEvent } from '@holdfast/fulfilment';
import type { StockEvent } from '@holdfast/inventory';
import type { DomainEvent, ParkedEvent } from '@holdfast/kernel';
import type { InvoiceIssued, OrderEvent, OrderNoted, ReminderEvent } from '@holdfast/ordering';
import type { PaymentEvent, WebhookEvent } from '@holdfast/payments';
import {
  withOwnEvents,
  withUpcasting,
  type OwnEvents,
  type Request,
  type RequestAnswered,
} from '@holdfast/runtime';
import type { ShipmentEvent, TrackingEvent } from '@holdfast/shipping';
import type { TopUpEvent, WithdrawalEvent } from '@holdfast/topups';
import type { DepositEvent, WalletEvent } from '@holdfast/wallet';
import { upcasters } from './upcasters.js';

type All<E extends DomainEvent> = Readonly<Record<E['type'], true>>;

const typesOf = <E extends DomainEvent>(all: All<E>): ReadonlySet<string> => new Set(Object.keys(all));

/** What every policy records about its steps, as the checkout does. */
const ofSteps: All<StepEvent> = {
  StepAttemptFailed: true,
  StepFailed: true,
  StepRetried: true,
  StepSettled: true,
  StepUndone: true,
  UndoAdded: true,
  UndoStuck: true,
};

export const ownEvents: OwnEvents = {
  account: typesOf<AccountEvent>({
    AccountRegistered: true,
    GuestAdmitted: true,
    ProfileChanged: true,
    PasswordChanged: true,
    RolesChanged: true,
    SessionsEnded: true,
  }),
  admins: typesOf<AdminsEvent>({ AdminsCounted: true, AdminAdded: true, AdminRemoved: true }),
  auditchain: typesOf<AuditActionChained>({ AuditActionChained: true }),
  email: typesOf<EmailClaimed>({ EmailClaimed: true }),
  emailkey: typesOf<EmailKeyChosen>({ EmailKeyChosen: true }),
  session: typesOf<SessionEvent>({ SessionStarted: true, SessionRefreshed: true, SessionRevoked: true }),
  notification: typesOf<NotificationEvent>({
    NotificationRead: true,
    NotificationMailed: true,
    NotificationMailFailed: true,
  }),
  order: typesOf<OrderEvent>({
    OrderPlaced: true,
    OrderReserved: true,
    OrderReservationExtended: true,
    OrderReservationExpiring: true,
    OrderPaymentStarted: true,
    OrderPaymentDeclined: true,
    OrderPaid: true,
    OrderPaymentSkipped: true,
    OrderHeldForReview: true,
    OrderReviewed: true,
    OrderConfirmed: true,
    OrderCancelled: true,
    OrderFailed: true,
    OrderPacked: true,
    OrderShipped: true,
    OrderInTransit: true,
    OrderDelivered: true,
    OrderRefundRequested: true,
    OrderReturned: true,
    OrderRefunded: true,
    OrderRefundRefused: true,
  }),
  activity: typesOf<OrderNoted>({ OrderNoted: true }),
  invoices: typesOf<InvoiceIssued>({ InvoiceIssued: true }),
  stock: typesOf<StockEvent>({
    ProductCreated: true,
    PriceChanged: true,
    StockReceived: true,
    StockAdjusted: true,
    StockReserved: true,
    StockReservationRefused: true,
    StockReleased: true,
    StockCommitted: true,
    StockReturned: true,
  }),
  payment: typesOf<PaymentEvent>({
    PaymentRequested: true,
    PaymentRedirectOffered: true,
    PaymentAuthorized: true,
    PaymentDeclined: true,
    PaymentCaptureRequested: true,
    PaymentCaptured: true,
    PaymentVoidRequested: true,
    PaymentVoided: true,
    PaymentAuthorizationExpired: true,
    PaymentRefundRequested: true,
    PaymentRefunded: true,
    PaymentRefundRefused: true,
    PaymentGatewayGivenUp: true,
    PaymentReportKept: true,
  }),
  webhook: typesOf<WebhookEvent>({ WebhookReceived: true }),
  wallet: typesOf<WalletEvent>({
    WalletOpened: true,
    FundsDeposited: true,
    FundsWithdrawn: true,
    FundsHeld: true,
    FundsHoldRefused: true,
    HoldCaptured: true,
    HoldReleased: true,
    FundsRefunded: true,
  }),
  deposit: typesOf<DepositEvent>({ DepositRequested: true }),
  topup: typesOf<TopUpEvent>({
    TopUpStarted: true,
    TopUpAuthorized: true,
    TopUpPaid: true,
    TopUpCompleted: true,
    TopUpFailed: true,
    TopUpUndone: true,
    TopUpAttemptFailed: true,
  }),
  withdrawal: typesOf<WithdrawalEvent>({
    WithdrawalStarted: true,
    WithdrawalPaid: true,
    WithdrawalRefused: true,
    WithdrawalReturned: true,
    WithdrawalAttemptFailed: true,
  }),
  reminder: typesOf<ReminderEvent>({
    ReminderSet: true,
    ReminderDue: true,
    ReminderDelayed: true,
    ReminderSent: true,
    ReminderCleared: true,
  }),
  checkout: typesOf<CheckoutEvent>({
    CheckoutStarted: true,
    StockSecured: true,
    StockDenied: true,
    DeadlineSet: true,
    DeadlineReached: true,
    FundsRequested: true,
    CustomerRedirected: true,
    CardDeclined: true,
    FundsSecured: true,
    FundsDenied: true,
    FundsCaptured: true,
    PaymentSkipped: true,
    InvoiceRequested: true,
    InvoiceNumbered: true,
    ChecksPassed: true,
    ReviewRequested: true,
    StepAttemptFailed: true,
    StepFailed: true,
    CompensationStarted: true,
    UndoAdded: true,
    StepUndone: true,
    UndoStuck: true,
    StepRetried: true,
    StepSettled: true,
    CompensationCompleted: true,
    CheckoutCompleted: true,
  }),
  inventorypolicy: typesOf<InventoryPolicyEvent>({
    InventoryPolicyStarted: true,
    FundsNoted: true,
    StockSecured: true,
    StockDenied: true,
    AllStockSecured: true,
    StockUnavailable: true,
    StockReleaseStarted: true,
    ...ofSteps,
  }),
  paymentpolicy: typesOf<PaymentPolicyEvent>({
    PaymentPolicyStarted: true,
    CaptureAllowed: true,
    FundsRequested: true,
    CustomerRedirected: true,
    FundsSecured: true,
    FundsCaptured: true,
    CardDeclined: true,
    AnotherAttemptAllowed: true,
    DeadlineSet: true,
    DeadlineReached: true,
    PaymentCompleted: true,
    PaymentFailed: true,
    MoneyReturnStarted: true,
    ...ofSteps,
  }),
  orderingpolicy: typesOf<OrderingPolicyEvent>({
    OrderingPolicyStarted: true,
    StockNoted: true,
    PaymentStartNoted: true,
    DeclineNoted: true,
    PaymentNoted: true,
    InvoiceRequested: true,
    InvoiceNumbered: true,
    ReviewRequested: true,
    DeadlineSet: true,
    DeadlineReached: true,
    OrderEndDecided: true,
    OrderEndNoted: true,
    OrderKept: true,
    ...ofSteps,
  }),
  fulfilment: typesOf<FulfilmentEvent>({
    FulfilmentStarted: true,
    ParcelPacked: true,
    LabelReceived: true,
    ParcelHandedOver: true,
    ParcelMoved: true,
    ParcelArrived: true,
    FulfilmentCancelled: true,
    FulfilmentCompleted: true,
    ReturnStarted: true,
    RefundStarted: true,
    RefundConfirmed: true,
    RefundDenied: true,
    FulfilmentStepDone: true,
    FulfilmentAttemptFailed: true,
    FulfilmentStuck: true,
  }),
  shipment: typesOf<ShipmentEvent>({
    ShipmentCreated: true,
    ShipmentPacked: true,
    LabelGenerated: true,
    CarrierScanned: true,
    ShipmentDelivered: true,
    ShipmentCancelled: true,
  }),
  tracking: typesOf<TrackingEvent>({ TrackingAssigned: true, ScanKept: true, ScanMatched: true }),
  intervention: typesOf<InterventionEvent>({ StepRetryRequested: true, StepSettlementRequested: true }),
  alarm: typesOf<AlarmEvent>({ StaffAlarmed: true }),
  parked: typesOf<ParkedEvent>({ EventParked: true, ParkedEventRetried: true, ParkedEventDiscarded: true }),
  inbox: typesOf<InboxEvent>({ CommandReceived: true, CommandDeadLettered: true }),
  answer: typesOf<AnswerEvent>({ CommandAccepted: true, CommandRefused: true }),
  control: typesOf<Request | RequestAnswered | EventsReplayed>({
    EventsReplayed: true,
    ParkedEventsRetryRequested: true,
    ParkedEventsDiscardRequested: true,
    ProjectionRebuildRequested: true,
    RequestAnswered: true,
  }),
};

/** The log as all parts of the program see it: its own events, in their present shape. */
export function ownLog(log: EventStore, processes: readonly { readonly name: string }[] = []): EventStore {
  // A process manager has streams under its name.
  const added = Object.fromEntries(processes.map(({ name }) => [name, 'any' as const]));
  return withOwnEvents(withUpcasting(log, upcasters), { ...added, ...ownEvents });
}
