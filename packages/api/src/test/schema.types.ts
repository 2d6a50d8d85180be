// The schema as a client sees it, in JSON. Generated from schema.graphql by `npm run codegen`: do not edit.
import type { Json } from '@holdfast/kernel';

export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string };
  String: { input: string; output: string };
  Boolean: { input: boolean; output: boolean };
  Int: { input: number; output: number };
  Float: { input: number; output: number };
  DateTime: { input: string; output: string };
  JSON: { input: Json; output: Json };
  Cursor: { input: string; output: string };
  Position: { input: string; output: string };
  MinorUnits: { input: string; output: string };
};

export type Money = {
  readonly __typename: 'Money';
  readonly amount: Scalars['MinorUnits']['output'];
  readonly currency: Scalars['String']['output'];
};

export type Node = {
  readonly id: Scalars['ID']['output'];
};

export type ErrorResult = {
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
};

export type PageInfo = {
  readonly __typename: 'PageInfo';
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  readonly startCursor: Maybe<Scalars['Cursor']['output']>;
  readonly endCursor: Maybe<Scalars['Cursor']['output']>;
};

export type OrderStatus =
  | 'CREATED'
  | 'RESERVED'
  | 'PAYMENT_PENDING'
  | 'PAID'
  | 'UNDER_REVIEW'
  | 'CONFIRMED'
  | 'SHIPPED'
  | 'IN_TRANSIT'
  | 'DELIVERED'
  | 'FAILED'
  | 'CANCELLED';

export type FailureReason =
  | 'OUT_OF_STOCK'
  | 'INSUFFICIENT_FUNDS'
  | 'PAYMENT_DECLINED'
  | 'PAYMENT_TIMEOUT'
  | 'RESERVATION_EXPIRED'
  | 'FRAUD_REJECTED'
  | 'ADDRESS_INVALID'
  | 'RETRIES_EXHAUSTED'
  | 'CUSTOMER_CANCELLED';

export type PaymentMethod = 'WALLET' | 'CARD';

export type PaymentMode = 'AUTOMATIC' | 'ON_CONFIRMATION';

export type Coordination = 'ORCHESTRATION' | 'CHOREOGRAPHY';

export type StatusVocabulary =
  'CANONICAL' | 'TINY_SAGA' | 'SAGA_PATTERN_DEMO' | 'CHOREOGRAPHY_DOCUMENT' | 'ORCHESTRATOR_SAGA' | 'GO_SAGA';

export type Role = 'CUSTOMER' | 'SUPPORT' | 'WAREHOUSE' | 'CATALOG' | 'OPERATOR' | 'ADMIN';

export type OrderAction = 'PAY' | 'CANCEL' | 'PACK' | 'SHIP' | 'SCAN' | 'DELIVER' | 'REFUND' | 'REVIEW';

export type User = Node & {
  readonly __typename: 'User';
  readonly id: Scalars['ID']['output'];
  readonly email: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly roles: ReadonlyArray<Role>;
  readonly preferences: Scalars['JSON']['output'];
  readonly unreadNotifications: Scalars['Int']['output'];
  readonly wallet: Wallet;
  readonly orders: OrderConnection;
};

export type UserOrdersArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
  status?: InputMaybe<OrderStatus>;
};

export type CustomerView = {
  readonly __typename: 'CustomerView';
  readonly customer: User;
  readonly notifications: NotificationConnection;
  readonly position: Scalars['Position']['output'];
};

export type CustomerViewNotificationsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type Session = {
  readonly __typename: 'Session';
  readonly accessToken: Scalars['String']['output'];
  readonly refreshToken: Scalars['String']['output'];
  readonly expiresAt: Scalars['DateTime']['output'];
  readonly user: User;
};

export type GuestSession = {
  readonly __typename: 'GuestSession';
  readonly accessToken: Scalars['String']['output'];
  readonly refreshToken: Scalars['String']['output'];
  readonly expiresAt: Scalars['DateTime']['output'];
  readonly guestId: Scalars['ID']['output'];
};

export type Product = Node & {
  readonly __typename: 'Product';
  readonly id: Scalars['ID']['output'];
  readonly sku: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly price: Money;
  readonly stock: StockLevel;
};

export type StockLevel = {
  readonly __typename: 'StockLevel';
  readonly onHand: Scalars['Int']['output'];
  readonly reserved: Scalars['Int']['output'];
  readonly available: Scalars['Int']['output'];
  readonly movements: StockMovementConnection;
};

export type StockLevelMovementsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type StockMovement = {
  readonly __typename: 'StockMovement';
  readonly id: Scalars['ID']['output'];
  readonly kind: Scalars['String']['output'];
  readonly quantity: Scalars['Int']['output'];
  readonly orderId: Maybe<Scalars['ID']['output']>;
  readonly at: Scalars['DateTime']['output'];
};

export type Wallet = Node & {
  readonly __typename: 'Wallet';
  readonly id: Scalars['ID']['output'];
  readonly balance: Money;
  readonly held: Money;
  readonly available: Money;
  readonly entries: WalletEntryConnection;
};

export type WalletEntriesArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type WalletEntry = {
  readonly __typename: 'WalletEntry';
  readonly id: Scalars['ID']['output'];
  readonly kind: Scalars['String']['output'];
  readonly amount: Money;
  readonly balanceAfter: Money;
  readonly orderId: Maybe<Scalars['ID']['output']>;
  readonly at: Scalars['DateTime']['output'];
};

export type OrderLine = {
  readonly __typename: 'OrderLine';
  readonly sku: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly quantity: Scalars['Int']['output'];
  readonly unitPrice: Money;
  readonly total: Money;
};

export type OrderHistoryEntry = {
  readonly __typename: 'OrderHistoryEntry';
  readonly id: Scalars['ID']['output'];
  readonly from: Maybe<OrderStatus>;
  readonly to: OrderStatus;
  readonly at: Scalars['DateTime']['output'];
  readonly triggeringEvent: Scalars['String']['output'];
  readonly triggeringEventId: Scalars['ID']['output'];
  readonly actor: Scalars['String']['output'];
  readonly reason: Maybe<Scalars['String']['output']>;
};

export type Payment = {
  readonly __typename: 'Payment';
  readonly method: PaymentMethod;
  readonly status: Scalars['String']['output'];
  readonly transactionId: Maybe<Scalars['String']['output']>;
  readonly attempts: Scalars['Int']['output'];
  readonly amount: Money;
  readonly refunded: Money;
  readonly redirectUrl: Maybe<Scalars['String']['output']>;
  readonly declineCode: Maybe<Scalars['String']['output']>;
};

export type Invoice = {
  readonly __typename: 'Invoice';
  readonly number: Scalars['String']['output'];
  readonly issuedAt: Scalars['DateTime']['output'];
  readonly total: Money;
  readonly url: Scalars['String']['output'];
};

export type Notification = Node & {
  readonly __typename: 'Notification';
  readonly id: Scalars['ID']['output'];
  readonly orderId: Maybe<Scalars['ID']['output']>;
  readonly kind: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly cursor: Scalars['Cursor']['output'];
  readonly readAt: Maybe<Scalars['DateTime']['output']>;
  readonly mailedAt: Maybe<Scalars['DateTime']['output']>;
  readonly mailFailure: Maybe<Scalars['String']['output']>;
};

export type NotificationsRead = {
  readonly __typename: 'NotificationsRead';
  readonly notifications: ReadonlyArray<Notification>;
  readonly unread: Scalars['Int']['output'];
  readonly position: Scalars['Position']['output'];
};

export type Order = Node & {
  readonly __typename: 'Order';
  readonly id: Scalars['ID']['output'];
  readonly code: Scalars['String']['output'];
  readonly guestEmail: Maybe<Scalars['String']['output']>;
  readonly customerId: Scalars['ID']['output'];
  readonly status: OrderStatus;
  readonly statusAs: Scalars['String']['output'];
  readonly failureReason: Maybe<FailureReason>;
  readonly failureMessage: Maybe<Scalars['String']['output']>;
  readonly lines: ReadonlyArray<OrderLine>;
  readonly total: Money;
  readonly customerActions: ReadonlyArray<OrderAction>;
  readonly nextActions: ReadonlyArray<OrderAction>;
  readonly coordination: Coordination;
  readonly reservationExpiresAt: Maybe<Scalars['DateTime']['output']>;
  readonly payment: Maybe<Payment>;
  readonly invoice: Maybe<Invoice>;
  readonly shipments: ReadonlyArray<Shipment>;
  readonly returns: ReadonlyArray<OrderReturn>;
  readonly returnRequests: ReadonlyArray<ReturnRequest>;
  readonly history: OrderHistoryConnection;
  readonly notifications: ReadonlyArray<Notification>;
  readonly revision: Scalars['Int']['output'];
  readonly position: Scalars['Position']['output'];
  readonly placedAt: Scalars['DateTime']['output'];
};

export type OrderStatusAsArgs = {
  vocabulary: StatusVocabulary;
};

export type OrderHistoryArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type OrderReturn = {
  readonly __typename: 'OrderReturn';
  readonly id: Scalars['ID']['output'];
  readonly lines: ReadonlyArray<ReturnedLine>;
  readonly refund: Maybe<Money>;
  readonly at: Scalars['DateTime']['output'];
};

export type ReturnedLine = {
  readonly __typename: 'ReturnedLine';
  readonly sku: Scalars['String']['output'];
  readonly quantity: Scalars['Int']['output'];
};

export type ReturnRequest = {
  readonly __typename: 'ReturnRequest';
  readonly id: Scalars['ID']['output'];
  readonly status: ReturnRequestStatus;
  readonly lines: ReadonlyArray<ReturnedLine>;
  readonly openLines: ReadonlyArray<ReturnedLine>;
  readonly reason: Scalars['String']['output'];
  readonly declineReason: Maybe<Scalars['String']['output']>;
  readonly at: Scalars['DateTime']['output'];
};

export type ReturnRequestStatus = 'OPEN' | 'CAME_BACK' | 'DECLINED';

export type Shipment = {
  readonly __typename: 'Shipment';
  readonly id: Scalars['ID']['output'];
  readonly carrier: Scalars['String']['output'];
  readonly trackingNumber: Scalars['String']['output'];
  readonly labelUrl: Scalars['String']['output'];
  readonly scans: ReadonlyArray<CarrierScan>;
};

export type CarrierScan = {
  readonly __typename: 'CarrierScan';
  readonly code: Scalars['String']['output'];
  readonly location: Maybe<Scalars['String']['output']>;
  readonly at: Scalars['DateTime']['output'];
};

export type WarehouseStage = 'TO_PACK' | 'TO_SHIP';

export type Address = {
  readonly __typename: 'Address';
  readonly name: Scalars['String']['output'];
  readonly line1: Scalars['String']['output'];
  readonly line2: Maybe<Scalars['String']['output']>;
  readonly city: Scalars['String']['output'];
  readonly postalCode: Scalars['String']['output'];
  readonly country: Scalars['String']['output'];
};

export type WarehouseTask = {
  readonly __typename: 'WarehouseTask';
  readonly id: Scalars['ID']['output'];
  readonly order: Order;
  readonly stage: WarehouseStage;
  readonly since: Scalars['DateTime']['output'];
  readonly shippingAddress: Address;
  readonly trackingNumber: Maybe<Scalars['String']['output']>;
  readonly labelUrl: Maybe<Scalars['String']['output']>;
};

export type SagaStatus =
  'RUNNING' | 'WAITING' | 'COMPENSATING' | 'COMPLETED' | 'COMPENSATED' | 'PARKED' | 'COMPENSATION_STUCK';

export type Saga = Node & {
  readonly __typename: 'Saga';
  readonly fulfilment: Maybe<Fulfilment>;
  readonly id: Scalars['ID']['output'];
  readonly orderId: Scalars['ID']['output'];
  readonly definition: Scalars['String']['output'];
  readonly definitionVersion: Scalars['Int']['output'];
  readonly coordination: Coordination;
  readonly status: SagaStatus;
  readonly waitingFor: Maybe<Scalars['String']['output']>;
  readonly waitingSince: Maybe<Scalars['DateTime']['output']>;
  readonly steps: ReadonlyArray<SagaStep>;
  readonly plan: ReadonlyArray<SagaPlanStep>;
  readonly timers: ReadonlyArray<Timer>;
  readonly timeline: StreamEventConnection;
};

export type SagaTimelineArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type Fulfilment = {
  readonly __typename: 'Fulfilment';
  readonly status: SagaStatus;
  readonly waitingFor: Maybe<Scalars['String']['output']>;
  readonly steps: ReadonlyArray<FulfilmentStep>;
  readonly timeline: StreamEventConnection;
};

export type FulfilmentTimelineArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type FulfilmentStep = {
  readonly __typename: 'FulfilmentStep';
  readonly name: Scalars['String']['output'];
  readonly attempts: Scalars['Int']['output'];
  readonly retryAt: Maybe<Scalars['DateTime']['output']>;
  readonly isStuck: Scalars['Boolean']['output'];
};

export type SagaStep = {
  readonly __typename: 'SagaStep';
  readonly name: Scalars['String']['output'];
  readonly context: Scalars['String']['output'];
  readonly status: Scalars['String']['output'];
  readonly attempts: Scalars['Int']['output'];
  readonly lastError: Maybe<Scalars['String']['output']>;
  readonly retryAt: Maybe<Scalars['DateTime']['output']>;
  readonly startedAt: Maybe<Scalars['DateTime']['output']>;
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  readonly compensation: Maybe<Scalars['String']['output']>;
};

export type SagaPlanStep = {
  readonly __typename: 'SagaPlanStep';
  readonly name: Scalars['String']['output'];
  readonly stage: Scalars['Int']['output'];
  readonly state: Scalars['String']['output'];
  readonly dependsOn: ReadonlyArray<Scalars['String']['output']>;
  readonly undo: Maybe<Scalars['String']['output']>;
  readonly retryAt: Maybe<Scalars['DateTime']['output']>;
};

export type Timer = Node & {
  readonly __typename: 'Timer';
  readonly id: Scalars['ID']['output'];
  readonly kind: Scalars['String']['output'];
  readonly orderId: Scalars['ID']['output'];
  readonly dueAt: Scalars['DateTime']['output'];
  readonly state: Scalars['String']['output'];
};

export type StreamSummary = {
  readonly __typename: 'StreamSummary';
  readonly name: Scalars['String']['output'];
  readonly category: Scalars['String']['output'];
  readonly lastRevision: Scalars['String']['output'];
  readonly lastEventType: Scalars['String']['output'];
  readonly lastEventAt: Scalars['DateTime']['output'];
};

export type StreamEvent = {
  readonly __typename: 'StreamEvent';
  readonly id: Scalars['ID']['output'];
  readonly stream: Scalars['String']['output'];
  readonly revision: Scalars['String']['output'];
  readonly position: Scalars['Position']['output'];
  readonly type: Scalars['String']['output'];
  readonly schemaVersion: Scalars['Int']['output'];
  readonly data: Scalars['JSON']['output'];
  readonly metadata: Scalars['JSON']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly correlationId: Maybe<Scalars['ID']['output']>;
  readonly causationId: Maybe<Scalars['ID']['output']>;
  readonly links: ReadonlyArray<EventLink>;
};

export type ParkedEvent = Node & {
  readonly __typename: 'ParkedEvent';
  readonly id: Scalars['ID']['output'];
  readonly consumer: Scalars['String']['output'];
  readonly event: StreamEvent;
  readonly attempts: Scalars['Int']['output'];
  readonly reason: Scalars['String']['output'];
  readonly stack: Maybe<Scalars['String']['output']>;
  readonly parkedAt: Scalars['DateTime']['output'];
};

export type Moment = {
  readonly __typename: 'Moment';
  readonly position: Scalars['Position']['output'];
  readonly event: StreamEvent;
  readonly cause: Maybe<StreamEvent>;
  readonly commandId: Scalars['ID']['output'];
  readonly actor: Scalars['String']['output'];
  readonly order: Maybe<Order>;
  readonly saga: Maybe<Saga>;
  readonly wallet: Maybe<Wallet>;
  readonly stock: ReadonlyArray<ProductMoment>;
  readonly changes: ReadonlyArray<Scalars['String']['output']>;
};

export type ProductMoment = {
  readonly __typename: 'ProductMoment';
  readonly sku: Scalars['String']['output'];
  readonly onHand: Scalars['Int']['output'];
  readonly reserved: Scalars['Int']['output'];
  readonly available: Scalars['Int']['output'];
  readonly reservedForOrder: Scalars['Int']['output'];
};

export type WhatIfChange = 'DECLINE_PAYMENT' | 'NO_STOCK' | 'LATER_MS' | 'CANCEL' | 'REJECT_REVIEW';

export type WhatIfInput = {
  readonly orderId: Scalars['ID']['input'];
  readonly position: Scalars['Position']['input'];
  readonly change: WhatIfChange;
  readonly amount?: InputMaybe<Scalars['Int']['input']>;
};

export type WhatIfOutcome = {
  readonly __typename: 'WhatIfOutcome';
  readonly status: OrderStatus;
  readonly failureReason: Maybe<FailureReason>;
  readonly events: ReadonlyArray<Scalars['JSON']['output']>;
  readonly wallet: Money;
  readonly stock: ReadonlyArray<ProductMoment>;
};

export type WhatIfResult = {
  readonly __typename: 'WhatIfResult';
  readonly happened: WhatIfOutcome;
  readonly wouldHave: WhatIfOutcome;
};

export type BulkPreview = {
  readonly __typename: 'BulkPreview';
  readonly count: Scalars['Int']['output'];
  readonly sample: ReadonlyArray<ParkedEvent>;
  readonly token: Scalars['String']['output'];
};

export type BulkRun = Node & {
  readonly __typename: 'BulkRun';
  readonly id: Scalars['ID']['output'];
  readonly state: Scalars['String']['output'];
  readonly done: Scalars['Int']['output'];
  readonly failed: Scalars['Int']['output'];
  readonly total: Scalars['Int']['output'];
  readonly startedAt: Scalars['DateTime']['output'];
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  readonly actor: Scalars['String']['output'];
  readonly reason: Maybe<Scalars['String']['output']>;
};

export type ParkedDryRun = {
  readonly __typename: 'ParkedDryRun';
  readonly ok: Scalars['Boolean']['output'];
  readonly error: Maybe<Scalars['String']['output']>;
  readonly effects: ReadonlyArray<Scalars['JSON']['output']>;
};

export type EventLink = {
  readonly __typename: 'EventLink';
  readonly name: Scalars['String']['output'];
  readonly url: Scalars['String']['output'];
};

export type ProjectionState = 'RUNNING' | 'CATCHING_UP' | 'REBUILDING' | 'REBUILT' | 'FAULTED' | 'STOPPED';

export type ProjectionStatus = {
  readonly __typename: 'ProjectionStatus';
  readonly name: Scalars['String']['output'];
  readonly version: Scalars['Int']['output'];
  readonly position: Maybe<Scalars['Position']['output']>;
  readonly caughtUp: Scalars['Boolean']['output'];
  readonly lagEvents: Maybe<Scalars['Int']['output']>;
  readonly lagMs: Scalars['Int']['output'];
  readonly state: ProjectionState;
  readonly progress: Maybe<Scalars['Float']['output']>;
  readonly held: Scalars['Boolean']['output'];
  readonly lastError: Maybe<Scalars['String']['output']>;
};

export type BridgeFault = 'CONNECTION' | 'CERTIFICATE' | 'PASSWORD' | 'REGISTRY' | 'OTHER';

export type BridgeDelivery = 'AT_LEAST_ONCE' | 'EXACTLY_ONCE';

export type BridgeFormat = 'JSON' | 'AVRO' | 'AVRO_WITH_REGISTRY';

export type BridgeStatus = {
  readonly __typename: 'BridgeStatus';
  readonly consumer: Scalars['String']['output'];
  readonly position: Maybe<Scalars['Position']['output']>;
  readonly caughtUp: Scalars['Boolean']['output'];
  readonly lagEvents: Maybe<Scalars['Int']['output']>;
  readonly lagMs: Scalars['Int']['output'];
  readonly parked: Scalars['Int']['output'];
  readonly runsHere: Scalars['Boolean']['output'];
  readonly delivery: Maybe<BridgeDelivery>;
  readonly format: Maybe<BridgeFormat>;
  readonly fault: Maybe<BridgeFault>;
  readonly lastError: Maybe<Scalars['String']['output']>;
};

export type RebuildDiff = {
  readonly __typename: 'RebuildDiff';
  readonly name: Scalars['String']['output'];
  readonly position: Maybe<Scalars['Position']['output']>;
  readonly rebuiltPosition: Maybe<Scalars['Position']['output']>;
  readonly servedCount: Scalars['Int']['output'];
  readonly rebuiltCount: Scalars['Int']['output'];
  readonly compared: Scalars['Int']['output'];
  readonly same: Scalars['Int']['output'];
  readonly changed: Scalars['Int']['output'];
  readonly onlyServed: Scalars['Int']['output'];
  readonly onlyRebuilt: Scalars['Int']['output'];
  readonly samples: ReadonlyArray<RebuildSample>;
};

export type RebuildSample = {
  readonly __typename: 'RebuildSample';
  readonly collection: Scalars['String']['output'];
  readonly id: Scalars['String']['output'];
  readonly served: Maybe<Scalars['JSON']['output']>;
  readonly rebuilt: Maybe<Scalars['JSON']['output']>;
};

export type AuditEntry = {
  readonly __typename: 'AuditEntry';
  readonly id: Scalars['ID']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly actor: Scalars['String']['output'];
  readonly action: Scalars['String']['output'];
  readonly subject: Maybe<Scalars['String']['output']>;
  readonly reason: Maybe<Scalars['String']['output']>;
  readonly position: Scalars['Position']['output'];
};

export type ReconciliationCheck = {
  readonly __typename: 'ReconciliationCheck';
  readonly name: Scalars['String']['output'];
  readonly ok: Scalars['Boolean']['output'];
  readonly expected: Scalars['String']['output'];
  readonly actual: Scalars['String']['output'];
};

export type ReconciliationReport = {
  readonly __typename: 'ReconciliationReport';
  readonly ok: Scalars['Boolean']['output'];
  readonly position: Scalars['Position']['output'];
  readonly checkedAt: Scalars['DateTime']['output'];
  readonly checks: ReadonlyArray<ReconciliationCheck>;
};

export type Query = {
  readonly __typename: 'Query';
  readonly me: Maybe<User>;
  readonly product: Maybe<Product>;
  readonly products: ProductConnection;
  readonly order: Maybe<Order>;
  readonly orderByCode: Maybe<Order>;
  readonly orders: OrderConnection;
  readonly wallet: Maybe<Wallet>;
  readonly notifications: NotificationConnection;
  readonly saga: Maybe<Saga>;
  readonly sagas: SagaConnection;
  readonly timers: TimerConnection;
  readonly streams: StreamSummaryConnection;
  readonly stream: StreamEventConnection;
  readonly events: StreamEventConnection;
  readonly parkedEvents: ParkedEventConnection;
  readonly warehouseQueue: WarehouseTaskConnection;
  readonly projections: ReadonlyArray<ProjectionStatus>;
  readonly bridge: Maybe<BridgeStatus>;
  readonly rebuildDiff: RebuildDiff;
  readonly reconciliation: ReconciliationReport;
  readonly orderAt: Maybe<Moment>;
  readonly moments: ReadonlyArray<Moment>;
  readonly whatIf: WhatIfResult;
  readonly searchEvents: StreamEventConnection;
  readonly causation: ReadonlyArray<StreamEvent>;
  readonly givenWhenThen: Scalars['String']['output'];
  readonly parkedPreview: BulkPreview;
  readonly parkedDryRun: Maybe<ParkedDryRun>;
  readonly bulkRun: Maybe<BulkRun>;
  readonly auditLog: AuditConnection;
};

export type QueryProductArgs = {
  sku: Scalars['String']['input'];
};

export type QueryProductsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
};

export type QueryOrderArgs = {
  id: Scalars['ID']['input'];
  atLeast?: InputMaybe<Scalars['Position']['input']>;
};

export type QueryOrderByCodeArgs = {
  code: Scalars['String']['input'];
  email: Scalars['String']['input'];
};

export type QueryOrdersArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
  status?: InputMaybe<OrderStatus>;
  customerId?: InputMaybe<Scalars['ID']['input']>;
  olderThanSeconds?: InputMaybe<Scalars['Int']['input']>;
  withOpenReturnRequest?: InputMaybe<Scalars['Boolean']['input']>;
};

export type QueryWalletArgs = {
  atLeast?: InputMaybe<Scalars['Position']['input']>;
  customerId?: InputMaybe<Scalars['ID']['input']>;
};

export type QueryNotificationsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type QuerySagaArgs = {
  orderId: Scalars['ID']['input'];
};

export type QuerySagasArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
  status?: InputMaybe<SagaStatus>;
  waitingFor?: InputMaybe<Scalars['String']['input']>;
  olderThanSeconds?: InputMaybe<Scalars['Int']['input']>;
};

export type QueryTimersArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
  dueBefore?: InputMaybe<Scalars['DateTime']['input']>;
};

export type QueryStreamsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
  prefix?: InputMaybe<Scalars['String']['input']>;
  sort?: InputMaybe<Scalars['String']['input']>;
};

export type QueryStreamArgs = {
  name: Scalars['String']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
};

export type QueryEventsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Position']['input']>;
  types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  correlationId?: InputMaybe<Scalars['ID']['input']>;
};

export type QueryParkedEventsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
  consumer?: InputMaybe<Scalars['String']['input']>;
};

export type QueryWarehouseQueueArgs = {
  stage: WarehouseStage;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type QueryRebuildDiffArgs = {
  name: Scalars['String']['input'];
};

export type QueryOrderAtArgs = {
  id: Scalars['ID']['input'];
  position: Scalars['Position']['input'];
};

export type QueryMomentsArgs = {
  orderId: Scalars['ID']['input'];
};

export type QueryWhatIfArgs = {
  input: WhatIfInput;
};

export type QuerySearchEventsArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
  text?: InputMaybe<Scalars['String']['input']>;
  types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  stream?: InputMaybe<Scalars['String']['input']>;
  since?: InputMaybe<Scalars['DateTime']['input']>;
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type QueryCausationArgs = {
  eventId: Scalars['ID']['input'];
  position?: InputMaybe<Scalars['Position']['input']>;
};

export type QueryGivenWhenThenArgs = {
  eventId: Scalars['ID']['input'];
  position?: InputMaybe<Scalars['Position']['input']>;
};

export type QueryParkedPreviewArgs = {
  selection: ParkedSelection;
};

export type QueryParkedDryRunArgs = {
  id: Scalars['ID']['input'];
};

export type QueryBulkRunArgs = {
  id: Scalars['ID']['input'];
};

export type QueryAuditLogArgs = {
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
  actor?: InputMaybe<Scalars['String']['input']>;
  subject?: InputMaybe<Scalars['String']['input']>;
};

export type MoneyInput = {
  readonly amount: Scalars['MinorUnits']['input'];
  readonly currency: Scalars['String']['input'];
};

export type AddressInput = {
  readonly name: Scalars['String']['input'];
  readonly line1: Scalars['String']['input'];
  readonly line2?: InputMaybe<Scalars['String']['input']>;
  readonly city: Scalars['String']['input'];
  readonly postalCode: Scalars['String']['input'];
  readonly country: Scalars['String']['input'];
};

export type OrderLineInput = {
  readonly sku: Scalars['String']['input'];
  readonly quantity: Scalars['Int']['input'];
};

export type PlaceOrderInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly lines: ReadonlyArray<OrderLineInput>;
  readonly expectedTotal?: InputMaybe<MoneyInput>;
  readonly paymentMethod: PaymentMethod;
  readonly guestEmail?: InputMaybe<Scalars['String']['input']>;
  readonly paymentMode: PaymentMode;
  readonly coordination?: InputMaybe<Coordination>;
  readonly definition?: InputMaybe<Scalars['String']['input']>;
  readonly shippingAddress: AddressInput;
  readonly billingAddress?: InputMaybe<AddressInput>;
  readonly cardToken?: InputMaybe<Scalars['String']['input']>;
  readonly returnUrl?: InputMaybe<Scalars['String']['input']>;
  readonly waitFor?: InputMaybe<OrderStatus>;
  readonly waitMs: Scalars['Int']['input'];
};

export type PayOrderInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly method: PaymentMethod;
  readonly cardToken?: InputMaybe<Scalars['String']['input']>;
  readonly returnUrl?: InputMaybe<Scalars['String']['input']>;
  readonly waitMs: Scalars['Int']['input'];
};

export type ExtendReservationInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
};

export type ReviewOrderInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly approve: Scalars['Boolean']['input'];
  readonly reason: Scalars['String']['input'];
};

export type CancelOrderInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type ShipOrderInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type CarrierScanInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly trackingNumber: Scalars['String']['input'];
  readonly code: Scalars['String']['input'];
  readonly location?: InputMaybe<Scalars['String']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type ReturnOrderInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly lines: ReadonlyArray<OrderLineInput>;
  readonly reason: Scalars['String']['input'];
};

export type RequestReturnInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly lines: ReadonlyArray<OrderLineInput>;
  readonly reason: Scalars['String']['input'];
};

export type DeclineReturnInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly requestId: Scalars['ID']['input'];
  readonly reason: Scalars['String']['input'];
};

export type RefundOrderInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly amount?: InputMaybe<MoneyInput>;
  readonly reason: Scalars['String']['input'];
};

export type DepositInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly amount: MoneyInput;
  readonly cardToken?: InputMaybe<Scalars['String']['input']>;
  readonly returnUrl?: InputMaybe<Scalars['String']['input']>;
  readonly waitMs: Scalars['Int']['input'];
};

export type WithdrawInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly amount: MoneyInput;
};

export type CreditWalletInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly customerId: Scalars['ID']['input'];
  readonly amount: MoneyInput;
  readonly reason: Scalars['String']['input'];
};

export type CreateProductInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly sku: Scalars['String']['input'];
  readonly name: Scalars['String']['input'];
  readonly price: MoneyInput;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type ChangePriceInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly sku: Scalars['String']['input'];
  readonly price: MoneyInput;
  readonly reason: Scalars['String']['input'];
};

export type ReceiveStockInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly sku: Scalars['String']['input'];
  readonly quantity: Scalars['Int']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type AdjustStockInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly sku: Scalars['String']['input'];
  readonly delta: Scalars['Int']['input'];
  readonly reason: Scalars['String']['input'];
};

export type SagaStepInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly step: Scalars['String']['input'];
  readonly reason: Scalars['String']['input'];
};

export type MoveTimerInput = {
  readonly idempotencyKey: Scalars['String']['input'];
  readonly orderId: Scalars['ID']['input'];
  readonly kind: Scalars['String']['input'];
  readonly dueAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly reason: Scalars['String']['input'];
};

export type ParkedSelection = {
  readonly ids?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly consumer?: InputMaybe<Scalars['String']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  readonly dryRun: Scalars['Boolean']['input'];
};

export type Mutation = {
  readonly __typename: 'Mutation';
  readonly startGuestSession: GuestSessionResult;
  readonly register: RegisterResult;
  readonly login: LoginResult;
  readonly refreshSession: LoginResult;
  readonly logout: Scalars['Boolean']['output'];
  readonly updateProfile: User;
  readonly markNotificationsRead: NotificationsRead;
  readonly changePassword: ChangePasswordResult;
  readonly placeOrder: PlaceOrderResult;
  readonly payOrder: PayOrderResult;
  readonly extendReservation: OrderResult;
  readonly cancelOrder: CancelOrderResult;
  readonly requestReturn: OrderResult;
  readonly declineReturn: OrderResult;
  readonly reviewOrder: OrderResult;
  readonly deposit: DepositResult;
  readonly withdraw: DepositResult;
  readonly creditWallet: DepositResult;
  readonly setRoles: User;
  readonly viewCustomer: Maybe<CustomerView>;
  readonly packOrder: OrderResult;
  readonly shipOrder: OrderResult;
  readonly recordCarrierScan: OrderResult;
  readonly returnOrder: OrderResult;
  readonly refundOrder: OrderResult;
  readonly createProduct: ProductResult;
  readonly changePrice: StockResult;
  readonly receiveStock: StockResult;
  readonly adjustStock: StockResult;
  readonly retryParked: BulkRun;
  readonly retryParkedEvents: ParkedResult;
  readonly discardParkedEvents: ParkedResult;
  readonly retrySagaStep: SagaResult;
  readonly moveTimer: SagaResult;
  readonly fireTimer: Timer;
  readonly rescheduleTimer: Timer;
  readonly settleSagaStep: SagaResult;
  readonly rebuildProjection: ProjectionStatus;
  readonly switchProjection: ProjectionStatus;
  readonly abandonRebuild: ProjectionStatus;
};

export type MutationRegisterArgs = {
  email: Scalars['String']['input'];
  password: Scalars['String']['input'];
  name: Scalars['String']['input'];
};

export type MutationLoginArgs = {
  email: Scalars['String']['input'];
  password: Scalars['String']['input'];
};

export type MutationRefreshSessionArgs = {
  refreshToken?: InputMaybe<Scalars['String']['input']>;
};

export type MutationUpdateProfileArgs = {
  name?: InputMaybe<Scalars['String']['input']>;
  preferences?: InputMaybe<Scalars['JSON']['input']>;
};

export type MutationMarkNotificationsReadArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};

export type MutationChangePasswordArgs = {
  currentPassword: Scalars['String']['input'];
  newPassword: Scalars['String']['input'];
};

export type MutationPlaceOrderArgs = {
  input: PlaceOrderInput;
};

export type MutationPayOrderArgs = {
  input: PayOrderInput;
};

export type MutationExtendReservationArgs = {
  input: ExtendReservationInput;
};

export type MutationCancelOrderArgs = {
  input: CancelOrderInput;
};

export type MutationRequestReturnArgs = {
  input: RequestReturnInput;
};

export type MutationDeclineReturnArgs = {
  input: DeclineReturnInput;
};

export type MutationReviewOrderArgs = {
  input: ReviewOrderInput;
};

export type MutationDepositArgs = {
  input: DepositInput;
};

export type MutationWithdrawArgs = {
  input: WithdrawInput;
};

export type MutationCreditWalletArgs = {
  input: CreditWalletInput;
};

export type MutationSetRolesArgs = {
  userId: Scalars['ID']['input'];
  roles: ReadonlyArray<Role>;
  reason: Scalars['String']['input'];
};

export type MutationViewCustomerArgs = {
  customer: Scalars['String']['input'];
  reason: Scalars['String']['input'];
};

export type MutationPackOrderArgs = {
  input: ShipOrderInput;
};

export type MutationShipOrderArgs = {
  input: ShipOrderInput;
};

export type MutationRecordCarrierScanArgs = {
  input: CarrierScanInput;
};

export type MutationReturnOrderArgs = {
  input: ReturnOrderInput;
};

export type MutationRefundOrderArgs = {
  input: RefundOrderInput;
};

export type MutationCreateProductArgs = {
  input: CreateProductInput;
};

export type MutationChangePriceArgs = {
  input: ChangePriceInput;
};

export type MutationReceiveStockArgs = {
  input: ReceiveStockInput;
};

export type MutationAdjustStockArgs = {
  input: AdjustStockInput;
};

export type MutationRetryParkedArgs = {
  token: Scalars['String']['input'];
  expectedCount: Scalars['Int']['input'];
  canary: Scalars['Int']['input'];
  perSecond?: InputMaybe<Scalars['Int']['input']>;
  reason?: InputMaybe<Scalars['String']['input']>;
};

export type MutationRetryParkedEventsArgs = {
  selection: ParkedSelection;
};

export type MutationDiscardParkedEventsArgs = {
  selection: ParkedSelection;
};

export type MutationRetrySagaStepArgs = {
  input: SagaStepInput;
};

export type MutationMoveTimerArgs = {
  input: MoveTimerInput;
};

export type MutationFireTimerArgs = {
  id: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
};

export type MutationRescheduleTimerArgs = {
  id: Scalars['ID']['input'];
  dueAt: Scalars['DateTime']['input'];
  reason: Scalars['String']['input'];
};

export type MutationSettleSagaStepArgs = {
  input: SagaStepInput;
};

export type MutationRebuildProjectionArgs = {
  name: Scalars['String']['input'];
  hold?: InputMaybe<Scalars['Boolean']['input']>;
  reason?: InputMaybe<Scalars['String']['input']>;
};

export type MutationSwitchProjectionArgs = {
  name: Scalars['String']['input'];
  reason: Scalars['String']['input'];
};

export type MutationAbandonRebuildArgs = {
  name: Scalars['String']['input'];
  reason: Scalars['String']['input'];
};

export type OrderSuccess = {
  readonly __typename: 'OrderSuccess';
  readonly order: Order;
  readonly position: Scalars['Position']['output'];
};

export type WalletSuccess = {
  readonly __typename: 'WalletSuccess';
  readonly wallet: Wallet;
  readonly position: Scalars['Position']['output'];
};

export type ProductSuccess = {
  readonly __typename: 'ProductSuccess';
  readonly product: Product;
  readonly position: Scalars['Position']['output'];
};

export type ParkedSuccess = {
  readonly __typename: 'ParkedSuccess';
  readonly count: Scalars['Int']['output'];
};

export type SagaSuccess = {
  readonly __typename: 'SagaSuccess';
  readonly saga: Saga;
  readonly position: Scalars['Position']['output'];
};

export type ValidationError = ErrorResult & {
  readonly __typename: 'ValidationError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly fields: ReadonlyArray<Scalars['String']['output']>;
};

export type StockShortage = {
  readonly __typename: 'StockShortage';
  readonly sku: Scalars['String']['output'];
  readonly requested: Scalars['Int']['output'];
  readonly available: Scalars['Int']['output'];
};

export type OutOfStockError = ErrorResult & {
  readonly __typename: 'OutOfStockError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly shortages: ReadonlyArray<StockShortage>;
  readonly orderId: Scalars['ID']['output'];
};

export type UnknownProductError = ErrorResult & {
  readonly __typename: 'UnknownProductError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly skus: ReadonlyArray<Scalars['String']['output']>;
};

export type PriceChangedError = ErrorResult & {
  readonly __typename: 'PriceChangedError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly total: Money;
  readonly lines: ReadonlyArray<CurrentPrice>;
};

export type CurrentPrice = {
  readonly __typename: 'CurrentPrice';
  readonly sku: Scalars['String']['output'];
  readonly unitPrice: Money;
};

export type InsufficientFundsError = ErrorResult & {
  readonly __typename: 'InsufficientFundsError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly required: Money;
  readonly available: Money;
  readonly orderId: Scalars['ID']['output'];
};

export type OrderStateError = ErrorResult & {
  readonly __typename: 'OrderStateError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly status: OrderStatus;
  readonly allowed: ReadonlyArray<OrderAction>;
};

export type NotFoundError = ErrorResult & {
  readonly __typename: 'NotFoundError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
};

export type IdempotencyConflictError = ErrorResult & {
  readonly __typename: 'IdempotencyConflictError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
};

export type InvalidCredentialsError = ErrorResult & {
  readonly __typename: 'InvalidCredentialsError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
};

export type PaymentDeclinedError = ErrorResult & {
  readonly __typename: 'PaymentDeclinedError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly orderId: Scalars['ID']['output'];
  readonly declineCode: Scalars['String']['output'];
};

export type CardDeclinedError = ErrorResult & {
  readonly __typename: 'CardDeclinedError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly declineCode: Scalars['String']['output'];
};

export type DepositPending = {
  readonly __typename: 'DepositPending';
  readonly depositId: Scalars['ID']['output'];
  readonly redirectUrl: Maybe<Scalars['String']['output']>;
  readonly position: Scalars['Position']['output'];
};

export type DepositUnavailableError = ErrorResult & {
  readonly __typename: 'DepositUnavailableError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
};

export type NotWithdrawableError = ErrorResult & {
  readonly __typename: 'NotWithdrawableError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly withdrawable: Money;
};

export type RateLimitedError = ErrorResult & {
  readonly __typename: 'RateLimitedError';
  readonly errorCode: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly retryable: Scalars['Boolean']['output'];
  readonly retryAfterMs: Scalars['Int']['output'];
};

export type RegisterResult = Session | ValidationError | RateLimitedError;

export type GuestSessionResult = GuestSession | RateLimitedError;

export type ChangePasswordResult = Session | InvalidCredentialsError | ValidationError | RateLimitedError;

export type LoginResult = Session | GuestSession | InvalidCredentialsError | RateLimitedError;

export type PlaceOrderResult =
  | OrderSuccess
  | OutOfStockError
  | InsufficientFundsError
  | UnknownProductError
  | PriceChangedError
  | ValidationError
  | IdempotencyConflictError
  | RateLimitedError;

export type PayOrderResult =
  | OrderSuccess
  | InsufficientFundsError
  | PaymentDeclinedError
  | OrderStateError
  | NotFoundError
  | IdempotencyConflictError
  | ValidationError;

export type CancelOrderResult = OrderSuccess | OrderStateError | NotFoundError | IdempotencyConflictError;

export type OrderResult =
  OrderSuccess | OrderStateError | NotFoundError | ValidationError | IdempotencyConflictError;

export type DepositResult =
  | WalletSuccess
  | DepositPending
  | CardDeclinedError
  | ValidationError
  | IdempotencyConflictError
  | DepositUnavailableError
  | NotWithdrawableError;

export type ProductResult = ProductSuccess | ValidationError | IdempotencyConflictError;

export type StockResult = ProductSuccess | UnknownProductError | ValidationError | IdempotencyConflictError;

export type ParkedResult = ParkedSuccess | NotFoundError | ValidationError;

export type SagaResult = SagaSuccess | NotFoundError | ValidationError | IdempotencyConflictError;

export type OrderUpdate = {
  readonly __typename: 'OrderUpdate';
  readonly cursor: Scalars['Cursor']['output'];
  readonly order: Order;
  readonly entry: Maybe<OrderHistoryEntry>;
};

export type ParcelUpdate = {
  readonly __typename: 'ParcelUpdate';
  readonly cursor: Scalars['Cursor']['output'];
  readonly shipment: Shipment;
};

export type WalletUpdate = {
  readonly __typename: 'WalletUpdate';
  readonly cursor: Scalars['Cursor']['output'];
  readonly wallet: Wallet;
  readonly entry: Maybe<WalletEntry>;
};

export type StockUpdate = {
  readonly __typename: 'StockUpdate';
  readonly cursor: Scalars['Cursor']['output'];
  readonly product: Product;
};

export type SagaUpdate = {
  readonly __typename: 'SagaUpdate';
  readonly cursor: Scalars['Cursor']['output'];
  readonly saga: Saga;
};

export type Subscription = {
  readonly __typename: 'Subscription';
  readonly orderUpdated: OrderUpdate;
  readonly parcelUpdated: ParcelUpdate;
  readonly walletUpdated: WalletUpdate;
  readonly stockChanged: StockUpdate;
  readonly notificationReceived: Notification;
  readonly eventAppended: StreamEvent;
  readonly sagaUpdated: SagaUpdate;
  readonly eventParked: ParkedEvent;
};

export type SubscriptionOrderUpdatedArgs = {
  id: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type SubscriptionParcelUpdatedArgs = {
  orderId: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type SubscriptionWalletUpdatedArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type SubscriptionStockChangedArgs = {
  skus?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type SubscriptionNotificationReceivedArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type SubscriptionEventAppendedArgs = {
  stream: Scalars['String']['input'];
  after?: InputMaybe<Scalars['Position']['input']>;
};

export type SubscriptionSagaUpdatedArgs = {
  status?: InputMaybe<SagaStatus>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
};

export type WarehouseTaskEdge = {
  readonly __typename: 'WarehouseTaskEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: WarehouseTask;
};

export type WarehouseTaskConnection = {
  readonly __typename: 'WarehouseTaskConnection';
  readonly edges: ReadonlyArray<WarehouseTaskEdge>;
  readonly nodes: ReadonlyArray<WarehouseTask>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type OrderEdge = {
  readonly __typename: 'OrderEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: Order;
};

export type OrderConnection = {
  readonly __typename: 'OrderConnection';
  readonly edges: ReadonlyArray<OrderEdge>;
  readonly nodes: ReadonlyArray<Order>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type OrderHistoryEdge = {
  readonly __typename: 'OrderHistoryEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: OrderHistoryEntry;
};

export type OrderHistoryConnection = {
  readonly __typename: 'OrderHistoryConnection';
  readonly edges: ReadonlyArray<OrderHistoryEdge>;
  readonly nodes: ReadonlyArray<OrderHistoryEntry>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type ProductEdge = {
  readonly __typename: 'ProductEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: Product;
};

export type ProductConnection = {
  readonly __typename: 'ProductConnection';
  readonly edges: ReadonlyArray<ProductEdge>;
  readonly nodes: ReadonlyArray<Product>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type StockMovementEdge = {
  readonly __typename: 'StockMovementEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: StockMovement;
};

export type StockMovementConnection = {
  readonly __typename: 'StockMovementConnection';
  readonly edges: ReadonlyArray<StockMovementEdge>;
  readonly nodes: ReadonlyArray<StockMovement>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type WalletEntryEdge = {
  readonly __typename: 'WalletEntryEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: WalletEntry;
};

export type WalletEntryConnection = {
  readonly __typename: 'WalletEntryConnection';
  readonly edges: ReadonlyArray<WalletEntryEdge>;
  readonly nodes: ReadonlyArray<WalletEntry>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type SagaEdge = {
  readonly __typename: 'SagaEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: Saga;
};

export type SagaConnection = {
  readonly __typename: 'SagaConnection';
  readonly edges: ReadonlyArray<SagaEdge>;
  readonly nodes: ReadonlyArray<Saga>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type TimerEdge = {
  readonly __typename: 'TimerEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: Timer;
};

export type TimerConnection = {
  readonly __typename: 'TimerConnection';
  readonly edges: ReadonlyArray<TimerEdge>;
  readonly nodes: ReadonlyArray<Timer>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type StreamSummaryEdge = {
  readonly __typename: 'StreamSummaryEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: StreamSummary;
};

export type StreamSummaryConnection = {
  readonly __typename: 'StreamSummaryConnection';
  readonly edges: ReadonlyArray<StreamSummaryEdge>;
  readonly nodes: ReadonlyArray<StreamSummary>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type StreamEventEdge = {
  readonly __typename: 'StreamEventEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: StreamEvent;
};

export type StreamEventConnection = {
  readonly __typename: 'StreamEventConnection';
  readonly edges: ReadonlyArray<StreamEventEdge>;
  readonly nodes: ReadonlyArray<StreamEvent>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type NotificationEdge = {
  readonly __typename: 'NotificationEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: Notification;
};

export type NotificationConnection = {
  readonly __typename: 'NotificationConnection';
  readonly edges: ReadonlyArray<NotificationEdge>;
  readonly nodes: ReadonlyArray<Notification>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type AuditEdge = {
  readonly __typename: 'AuditEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: AuditEntry;
};

export type AuditConnection = {
  readonly __typename: 'AuditConnection';
  readonly edges: ReadonlyArray<AuditEdge>;
  readonly nodes: ReadonlyArray<AuditEntry>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type ParkedEventEdge = {
  readonly __typename: 'ParkedEventEdge';
  readonly cursor: Scalars['Cursor']['output'];
  readonly node: ParkedEvent;
};

export type ParkedEventConnection = {
  readonly __typename: 'ParkedEventConnection';
  readonly edges: ReadonlyArray<ParkedEventEdge>;
  readonly nodes: ReadonlyArray<ParkedEvent>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};
