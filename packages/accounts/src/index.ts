// Front door.
import { account } from './account.js';
import { admins } from './admins.js';
import { auditChain } from './audit-chain.js';
import { emailKey } from './email-key.js';
import { email } from './email.js';
import { notification } from './notification.js';
import { session } from './session.js';

export { upcasters } from './accounts.upcasters.js';
export * from './account.events.js';
export * from './account.commands.js';
export * from './notification.events.js';
export * from './session.commands.js';
export {
  account,
  accountCategory,
  accountStream,
  noPassword,
  type AccountRejection,
  type AccountState,
} from './account.js';
export {
  admins,
  adminsCategory,
  adminsStream,
  type AdminsCommand,
  type AdminsRejection,
  type AdminsState,
} from './admins.js';
export {
  auditChain,
  auditChainCategory,
  auditChainStream,
  type AuditActionChained,
  type AuditChainRejection,
  type AuditChainState,
  type ChainAuditAction,
  type ChainedAction,
} from './audit-chain.js';
export { email, emailCategory, emailStream, type ClaimEmail, type EmailState } from './email.js';
export {
  emailKey,
  emailKeyCategory,
  emailKeyStream,
  type ChooseEmailKey,
  type EmailKeyRejection,
  type EmailKeyState,
} from './email-key.js';
export { locales, localeOf, wantsMail, type Locale, type Preferences } from './notice-preferences.js';
export {
  notification,
  notificationCategory,
  notificationStream,
  type NotificationCommand,
  type NotificationState,
} from './notification.js';
export { hasPasswordLength, isTooLong, normalised, passwordLength } from './password-length.js';
export {
  refreshGraceMs,
  session,
  sessionCategory,
  sessionStream,
  type SessionRejection,
  type SessionState,
} from './session.js';

/** The deciders of this context. */
export const aggregates = [account, session, email, emailKey, admins, notification, auditChain] as const;
