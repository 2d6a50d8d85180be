// Front door: the read models' document types.
export type { Account } from './accounts/accounts.js';
export type { Notification, NotificationKind, NotifiedOrder } from './notifications/notifications.js';
export type { OrderHistory, OrderHistoryEntry } from './order-history/order-history.js';
export type { OrderStatus } from './order-status.js';
export type {
  OrderPayment,
  OrderSummary,
  OrderSummaryLine,
  PaymentStatus,
  StockShortage,
} from './order-summary/order-summary.js';
export type { Parked } from './parked/parked.js';
export type {
  SagaMonitor,
  SagaStatus,
  SagaStep,
  SagaStepStatus,
  WaitingFor,
} from './saga-monitor/saga-monitor.js';
export type { StockLevel, StockMovement, StockMovementKind } from './stock-level/stock-level.js';
export type { StreamSummary } from './streams/streams.js';
export type { Timer, TimerState } from './timers/timers.js';
export type { WalletEntry, WalletEntryKind, WalletStatement } from './wallet-statement/wallet-statement.js';
