// Front door.
export { upcasters } from './accounts.upcasters.js';
export * from './account.events.js';
export * from './account.commands.js';
export * from './session.commands.js';
export {
  account,
  accountCategory,
  accountStream,
  type AccountRejection,
  type AccountState,
} from './account.js';
export {
  session,
  sessionCategory,
  sessionStream,
  type SessionRejection,
  type SessionState,
} from './session.js';
