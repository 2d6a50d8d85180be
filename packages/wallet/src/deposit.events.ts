// The request of a customer to pay into their wallet by card. The stream name carries the deposit's id.
import type { CustomerId, DomainEvent, Money } from '@holdfast/kernel';

/**
 * `card`: the gateway's token of a card, null when the customer pays on its page; `returnUrl`: where the gateway's page
 * sends the customer back to
 */
export type DepositRequested = DomainEvent<
  'DepositRequested',
  {
    readonly customerId: CustomerId;
    readonly amount: Money;
    readonly card: string | null;
    readonly returnUrl: string | null;
  }
>;

export type DepositEvent = DepositRequested;
