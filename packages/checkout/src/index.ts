// Front door.
export { upcasters } from './checkout.upcasters.js';
export * from './alarm.events.js';
export * from './alarm.js';
export * from './checkout.events.js';
export * from './checkout.js';
export type { CheckoutSettings } from './checkout-forward.js';
export { cardNews, type CardNews, type CardView, type EndedAttempt } from './card-news.js';
export { definitionOf, latest, stockFirst, type Definition, type Stage } from './checkout-definitions.js';
export { isOfOther } from './coordination.js';
export * from './endings.js';
export * from './checks/check-verdict.js';
export { factsOf, type PlacedFacts } from './order-facts.js';
export * from './deadline-moves.js';
export * from './step-attempts.js';
export * from './undos.js';
export { doing, endOrder, isFree, refundId } from './checkout-work.js';
export { canBeRetried, canBeSettled } from './checkout-failures.js';
export { type CheckoutState, type Declined, type OrderFacts, type PaymentAttempt } from './checkout-facts.js';
export { checkoutState } from './checkout-state.js';
export {
  checkoutStatus,
  planOf,
  type CheckoutStatus,
  type PlanStep,
  type PlanStepState,
  type WaitingFor,
} from './checkout-status.js';
export { isAnswer, orderAnswered, skuAnswered, stepAnswered } from './step-answers.js';
export {
  outage,
  rowOfKind,
  type CheckoutCommand,
  type CheckoutInput,
  type ForwardKind,
  type StepKind,
  type UndoKind,
  type StepRow,
} from './checkout-steps.js';
export { isStep, kindOf, replacedBy, rowOf, skuOf, attemptOf, stepOf, undoOf } from './step-names.js';
export * from './intervention.events.js';
export * from './intervention.js';
export type { PostalRules } from './checks/address-check.js';
export type { AmountLimits, FraudPolicy } from './checks/fraud-policy.js';
export { createOrderCheck } from './checks/order-check.js';
