// Front door.
export * from './inventory.events.js';
export * from './payment.events.js';
export * from './ordering.events.js';
export {
  createInventoryPolicy,
  inventoryCommands,
  inventoryPolicyState,
  type InventoryPolicyState,
} from './inventory-policy.js';
export { createOrderingPolicy } from './ordering-policy.js';
export { orderingCommands, orderingPolicyState, type OrderingPolicyState } from './ordering-state.js';
export type { StockQuestionSettings } from './stock-questions.js';
export { createPaymentPolicy } from './payment-policy.js';
export { paymentCommands, paymentPolicyState, type PaymentPolicyState } from './payment-state.js';
export {
  canPolicyRetry,
  canPolicySettle,
  evolvePolicies,
  initialPolicyStates,
  isBegun,
  planOfPolicies,
  policyCategories,
  policyStreams,
  type PolicyStates,
} from './policies.js';
export type { StepEvent } from './policy-events.js';
export type { PolicyInput } from './policy-steps.js';
