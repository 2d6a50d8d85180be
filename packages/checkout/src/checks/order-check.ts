// The check of a paid order as a whole.
import type { OrderCheck } from './check-verdict.js';
import { checkAddresses, type PostalRules } from './address-check.js';
import { checkFraud, type FraudPolicy } from './fraud-policy.js';

/**
 * Checks the addresses first: an order that can't be delivered needs no person. `postalRules`: null to leave them
 * unchecked.
 */
export const createOrderCheck =
  (policy: FraudPolicy, postalRules: PostalRules | null): OrderCheck =>
  (order) => {
    const addresses = postalRules === null ? null : checkAddresses(postalRules, order);
    return addresses?.verdict === 'reject' ? addresses : checkFraud(policy, order);
  };
