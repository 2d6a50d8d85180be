// Front door: every read model, and the types of its documents.
import type { Projection } from '@holdfast/kernel';
import { accounts } from './accounts/accounts.js';
import { auditLog } from './audit-log/audit-log.js';
import { notificationReceipts } from './notification-receipts/notification-receipts.js';
import { notifications } from './notifications/notifications.js';
import { orderHistory } from './order-history/order-history.js';
import { orderSummary } from './order-summary/order-summary.js';
import { parked } from './parked/parked.js';
import { sagaMonitor } from './saga-monitor/saga-monitor.js';
import { shipments } from './shipments/shipments.js';
import { stockLevel } from './stock-level/stock-level.js';
import { streams } from './streams/streams.js';
import { timers } from './timers/timers.js';
import { walletStatement } from './wallet-statement/wallet-statement.js';

/** A projection gets only documents that it wrote itself, so a list of all projections can leave out their types. */
const anyDocument = (projection: unknown): Projection => projection as Projection;

/** All read models. */
export const projections: readonly Projection[] = [
  orderSummary,
  orderHistory,
  stockLevel,
  walletStatement,
  sagaMonitor,
  shipments,
  timers,
  streams,
  notifications,
  notificationReceipts,
  accounts,
  parked,
  auditLog,
].map(anyDocument);

export {
  accounts,
  auditLog,
  notificationReceipts,
  notifications,
  orderHistory,
  orderSummary,
  parked,
  sagaMonitor,
  shipments,
  stockLevel,
  streams,
  timers,
  walletStatement,
};
export type { Account } from './accounts/accounts.js';
export { operatorActor, staffActor, type AuditEntry } from './audit-log/audit-log.js';
export type { NotificationReceipt } from './notification-receipts/notification-receipts.js';
export { notificationOf } from './notifications/notification-of.js';
export { notificationKinds } from './notifications/notifications.js';
export type { Notification, NotificationKind, NotifiedOrder } from './notifications/notifications.js';
export type { OrderHistory, OrderHistoryEntry } from './order-history/order-history.js';
export type { OrderSummary, OrderSummaryLine, StockShortage } from './order-summary/order-document.js';
export type { ReturnRequestSummary } from './order-summary/return-requests.js';
export type { OrderPayment, PaymentStatus } from './order-summary/order-payment.js';
export type { Parked } from './parked/parked.js';
export type { SagaMonitor, SagaStep, SagaStepStatus } from './saga-monitor/saga-steps.js';
export type { Shipment, ShipmentScan, ShipmentStage } from './shipments/shipments.js';
export type { StockLevel, StockMovement, StockMovementKind } from './stock-level/stock-level.js';
export type { StreamSummary } from './streams/streams.js';
export { timersOf } from './timers/timers.js';
export type { Timer, TimerState } from './timers/timer.js';
export type { WalletEntry, WalletEntryKind, WalletStatement } from './wallet-statement/wallet-statement.js';
