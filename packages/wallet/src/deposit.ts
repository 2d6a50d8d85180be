// A deposit by card, as its customer asks for it: once under its id. The top-up records its outcome.
import { accepted, rejected, money, streamName, type Aggregate, type DomainCommand } from '@holdfast/kernel';
import type { DepositEvent, DepositRequested } from './deposit.events.js';

export const depositCategory = 'deposit';
export const depositStream = (depositId: string): string => streamName(depositCategory, depositId);

/** `depositId` is an identifier of at most 56 characters. */
export type RequestDeposit = DomainCommand<
  'RequestDeposit',
  DepositRequested['data'] & { readonly depositId: string }
>;

export type DepositState = { readonly requested: DepositRequested['data'] | null };
export type DepositRejection = { readonly code: 'InvalidAmount' | 'DepositMismatch' };

export const deposit: Aggregate<RequestDeposit, DepositEvent, DepositState, DepositRejection> = {
  category: depositCategory,
  commandTypes: ['RequestDeposit'],
  stream: ({ data }) => depositStream(data.depositId),
  isSettled: ({ requested }) => requested !== null,
  initialState: { requested: null },
  evolve: (_, { data }) => ({ requested: data }),
  decide({ data: { customerId, amount, card, returnUrl } }, { requested }) {
    const { minor, currency } = amount;
    if (!money.isMinor(minor) || minor <= 0 || !money.isCurrency(currency))
      return rejected({ code: 'InvalidAmount' });
    if (requested === null)
      return accepted([{ type: 'DepositRequested', data: { customerId, amount, card, returnUrl } }]);
    const isSame =
      requested.customerId === customerId &&
      requested.card === card &&
      requested.amount.minor === minor &&
      requested.amount.currency === currency;
    return isSame ? accepted([]) : rejected({ code: 'DepositMismatch' });
  },
};
