// Front door.
export { upcasters } from './top-up.upcasters.js';
export * from './top-up.events.js';
export { initialState, type TopUpFacts, type TopUpState } from './top-up-state.js';
export * from './top-up.js';
export * from './withdrawal.events.js';
export {
  withdrawal,
  withdrawalOfEvent,
  withdrawalOfRefund,
  withdrawalStream,
  type WithdrawalInput,
  type WithdrawalState,
} from './withdrawal.js';
