// Front door.
export { upcasters } from './checkout.upcasters.js';
export * from './alarm.events.js';
export * from './alarm.js';
export * from './checkout.events.js';
export * from './checkout.js';
export { type CheckoutSettings, type CheckVerdict, type OrderCheck } from './checkout-decisions.js';
export { definitions, stockFirst, type Definition, type Stage } from './checkout-definitions.js';
export { canBeRetried, canBeSettled } from './checkout-failures.js';
export { checkoutState, type CheckoutState, type OrderFacts } from './checkout-state.js';
export {
  checkoutStatus,
  planOf,
  type CheckoutStatus,
  type PlanStep,
  type PlanStepState,
  type WaitingFor,
} from './checkout-status.js';
export {
  isStep,
  kindOf,
  replacedBy,
  rowOf,
  stepOf,
  undoOf,
  type CheckoutCommand,
  type CheckoutInput,
  type StepKind,
  type StepRow,
} from './checkout-steps.js';
export * from './intervention.events.js';
export * from './intervention.js';
