// The commands that come from Kafka, and their counterparts in this shop: orders of other systems, payments that an outside
// service has taken, and goods that came in. Every writer to the topic is trusted: Kafka's access lists limit the writers.
import { placeOrderCommand, placeOrderInput, withHistory } from '@holdfast/api';
import { account, accountStream } from '@holdfast/accounts';
import type { CommandDoor, CommandDoors } from '@holdfast/bridge';
import type { StockResult } from '@holdfast/inventory';
import {
  assertNever,
  isIdentifier,
  money,
  OrderId,
  Sku,
  type Environment,
  type Json,
} from '@holdfast/kernel';
import type { CheckoutDefinition, Coordination, StockKeeper } from '@holdfast/ordering';
import type { GatewayReport } from '@holdfast/payments';
import type { CommandHandler } from '@holdfast/runtime';
import { z } from 'zod';

export type DoorParts = {
  readonly commands: CommandHandler;
  readonly environment: Pick<Environment, 'clock' | 'secrets'>;
  readonly checkoutDefinition?: CheckoutDefinition;
  readonly coordination?: Coordination;
  readonly stockKeeper?: StockKeeper;
};

const identifier = z.string().refine(isIdentifier, 'is no identifier');
const amount = z
  .object({ minor: z.number().int().min(0), currency: z.string() })
  .refine(
    ({ minor, currency }) => money.isMinor(minor) && money.isCurrency(currency),
    'is no amount of money',
  );

/** An order from a topic never waits for its result. */
const placed = placeOrderInput.extend({ customerId: identifier, waitMs: z.literal(0).default(0) });
const received = z.object({ sku: identifier, quantity: z.number().int().min(1) });
const answered = z
  .object({
    orderId: identifier,
    sku: identifier,
    status: z.enum(['reserved', 'refused', 'released', 'committed', 'returned']),
    /** of a refusal */
    available: z.number().int().min(0).default(0),
    reason: z.string().min(1).max(100).default('out_of_stock'),
    /** of a return */
    returnId: z.string().min(1).max(255).optional(),
  })
  .refine(
    ({ status, returnId }) => status !== 'returned' || returnId !== undefined,
    'a return has a returnId',
  );
const taken = z.object({
  orderId: identifier,
  attempt: z.number().int().min(1).default(1),
  status: z.enum(['authorized', 'captured', 'declined', 'voided', 'expired']),
  transactionId: z.string().min(1).max(255),
  amount,
  code: z.string().min(1).max(100).default('declined'),
  expiresAt: z.iso
    .datetime()
    .nullish()
    .transform((at) => at ?? null),
  refunds: z
    .array(z.object({ refundId: z.string().min(1), transactionId: z.string().min(1), amount }))
    .default([]),
});

/** A door whose body is checked by a schema. */
function door<T>(
  schema: z.ZodType<T>,
  commandOf: (body: T) => ReturnType<CommandDoor['commandOf']>,
): CommandDoor {
  return {
    fault(body) {
      const parsed = schema.safeParse(body);
      const [issue] = parsed.error?.issues ?? [];
      return issue === undefined ? null : `${issue.path.join('.') || 'the value'}: ${issue.message}`;
    },
    commandOf: (body: Json) => commandOf(schema.parse(body)),
  };
}

export const commandDoors = ({ commands, environment, ...defaults }: DoorParts): CommandDoors => ({
  'order.place': door(placed, async (input) => {
    const customer = await commands.load(account, accountStream(input.customerId), 'known');
    if (customer.state.status === 'NOT_REGISTERED')
      return { refused: { code: 'UNKNOWN_CUSTOMER', message: `there is no customer ${input.customerId}` } };
    const command = await placeOrderCommand({ commands, environment }, input.customerId, input, defaults);
    if ('unknownSkus' in command)
      return { refused: { code: 'UNKNOWN_SKU', message: `there is no ${command.unknownSkus.join(', ')}` } };
    return withHistory(commands, environment.clock, command);
  }),
  'payment.result': door(taken, ({ orderId, attempt, ...report }) => ({
    type: 'RecordReport',
    data: { orderId: OrderId(orderId), attempt, report: reportOf(report) },
  })),
  'stock.result': door(answered, ({ orderId, sku, ...answer }) => ({
    type: 'RecordStockResult',
    data: { orderId: OrderId(orderId), sku: Sku(sku), result: resultOf(answer) },
  })),
  'stock.receive': door(received, ({ sku, quantity }) => ({
    type: 'ReceiveStock',
    data: { sku: Sku(sku), quantity },
  })),
});

function resultOf({
  status,
  available,
  reason,
  returnId = '',
}: Omit<z.output<typeof answered>, 'orderId' | 'sku'>): StockResult {
  switch (status) {
    case 'refused':
      return { status, available, reason };
    case 'returned':
      return { status, returnId };
    case 'reserved':
    case 'released':
    case 'committed':
      return { status };
    default:
      return assertNever(status);
  }
}

/** The whole payment at the outside service, which acts as a card gateway. */
function reportOf(report: Omit<z.output<typeof taken>, 'orderId' | 'attempt'>): GatewayReport {
  const { status, transactionId, amount: asked, code, expiresAt, refunds } = report;
  const payment = { transactionId, amount: asked };
  switch (status) {
    case 'authorized':
      return { status, ...payment, expiresAt };
    case 'captured':
      return { status, ...payment, captured: asked, refunds };
    case 'declined':
      return { status, ...payment, code };
    case 'voided':
    case 'expired':
      return { status, ...payment };
  }
}
