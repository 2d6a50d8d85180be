// Front door.
export { upcasters } from './payment.upcasters.js';
export * from './gateway-operation.js';
export * from './gateway-report.js';
export * from './payment.events.js';
export * from './payment.commands.js';
export { gatewayOf, isRecordedGateway, type PaymentState, type RefundState } from './payment-state.js';
export { isUndoRefund } from './payment-refunds.js';
export * from './payment-stream.js';
export * from './payment.js';
export * from './webhook.events.js';
export * from './webhook-inbox.js';
