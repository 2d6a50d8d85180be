// Front door.
import { customerActivity } from './customer-activity.js';
import { invoices } from './invoices.js';
import { order } from './order.js';

export { upcasters } from './ordering.upcasters.js';
export * from './order.events.js';
export * from './order.commands.js';
export * from './order-lines.js';
export { refundable } from './order-refunds.js';
export { withUnitsBack } from './return-requests.js';
export * from './order-status.js';
export type { OrderState } from './order-state.js';
export * from './order.js';
export { maxLines, maxQuantity } from './order-placing.js';
export type { OrderRejection } from './order-steps.js';
export * from './postal-codes.js';
export * from './customer-activity.js';
export * from './invoices.js';
export * from './reminder.events.js';
export { reminder, reminderStream, type ReminderState } from './reminder.js';

/** The deciders of this context. */
export const aggregates = [order, customerActivity, invoices] as const;
