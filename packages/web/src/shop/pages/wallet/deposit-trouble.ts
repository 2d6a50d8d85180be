// The text that tells a customer why a deposit failed.
import type { DepositOutcome } from '../../deposits/use-deposit.js';
import type { Words } from '../../words/en.js';

/** Empty when there is no trouble. */
export function depositTrouble(words: Words, outcome: DepositOutcome): string {
  switch (outcome.kind) {
    case 'checking':
      return words.wallet.checking;
    case 'declined':
      return words.wallet.declined;
    case 'unavailable':
      return words.wallet.unavailable;
    case 'unreachable':
      return words.refused.unreachable;
    case 'refused':
      return outcome.message;
    case 'done':
    case 'away':
      return '';
  }
}
