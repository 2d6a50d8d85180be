// The settings of the check that a paid order has to pass: its addresses, and when a person should look at it.
import { createOrderCheck, type AmountLimits, type FraudPolicy, type OrderCheck } from '@holdfast/checkout';
import { money } from '@holdfast/kernel';
import { countedOrders } from '@holdfast/ordering';
import { z } from 'zod';
import { postalRules } from './postal-rules.js';

const limit = /^([A-Z]{3}):(\d{1,12})$/;

/** `EUR:100000,JPY:150000`: minor units by currency; `none` for no limit at all. */
const amounts = z.string().transform((text, context): AmountLimits => {
  if (text === 'none') return {};
  const limits: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [, currency = '', minor] = limit.exec(part.trim()) ?? [];
    if (!money.isCurrency(currency) || Object.hasOwn(limits, currency)) {
      const message = 'is no list such as EUR:100000,JPY:150000: minor units, each currency once; or none';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    limits[currency] = Number(minor);
  }
  return limits;
});

const perHour = z.coerce.number().int().min(1).max(countedOrders).optional();

const tenThousand = 'EUR:1000000,USD:1000000,GBP:1000000,CHF:1000000,JPY:1500000,KWD:3000000';
const fiveThousand = 'EUR:500000,USD:500000,GBP:500000,CHF:500000,JPY:750000,KWD:1500000';
const oneThousand = 'EUR:100000,USD:100000,GBP:100000,CHF:100000,JPY:150000,KWD:300000';

export const checkVariables = {
  ADDRESS_CHECK: z.enum(['off', 'country', 'postal-code']).optional(),
  REVIEW_AMOUNT: amounts.prefault(tenThousand),
  REVIEW_FIRST_ORDER_AMOUNT: amounts.prefault(fiveThousand),
  REVIEW_OTHER_ADDRESS_AMOUNT: amounts.prefault(oneThousand),
  REVIEW_ORDERS_PER_HOUR: perHour,
  REJECT_AMOUNT: amounts.prefault('none'),
  REJECT_ORDERS_PER_HOUR: perHour,
};

type CheckVariables = z.infer<z.ZodObject<typeof checkVariables>>;

/** The checks of a paid order. */
export type OrderChecks = {
  readonly addresses: NonNullable<CheckVariables['ADDRESS_CHECK']>;
  readonly policy: FraudPolicy;
};

/** Outside production postal codes are not checked: addresses in tests are seldom real. */
export const orderChecksOf = (data: CheckVariables, production: boolean): OrderChecks => ({
  addresses: data.ADDRESS_CHECK ?? (production ? 'postal-code' : 'country'),
  policy: {
    reviewAmount: data.REVIEW_AMOUNT,
    rejectAmount: data.REJECT_AMOUNT,
    reviewFirstOrderAmount: data.REVIEW_FIRST_ORDER_AMOUNT,
    reviewOtherAddressAmount: data.REVIEW_OTHER_ADDRESS_AMOUNT,
    reviewOrdersPerHour: data.REVIEW_ORDERS_PER_HOUR ?? null,
    rejectOrdersPerHour: data.REJECT_ORDERS_PER_HOUR ?? null,
  },
});

/** The check that the settings ask for. */
export const orderCheckOf = ({ addresses, policy }: OrderChecks): OrderCheck =>
  createOrderCheck(
    policy,
    addresses === 'off' ? null : postalRules({ withPostalCodes: addresses === 'postal-code' }),
  );
