// Carries out the returns that a file's cancellations name, by the same commands as staff. The file has no parcels, but goods
// that came back had been delivered, so their orders are packed, shipped and delivered first. All other orders stay
// CONFIRMED, because nothing more is known about them.
import { CommandMessage, fingerprintOf } from '@holdfast/api';
import { fulfilment, fulfilmentStream } from '@holdfast/fulfilment';
import { fold, money, type Money, type OrderId } from '@holdfast/kernel';
import { order, orderStream, type OrderCommand } from '@holdfast/ordering';
import type { Engine } from '../engine.js';
import type { MatchedReturn } from './match-returns.js';
import { orderIdOfInvoice } from './order-of-invoice.js';

/** The id of a return. A return comes back once, also when the file is imported again. */
const returnIdOf = (invoiceNumber: string): string => `import-${invoiceNumber}`;

const commandsOf = ({ invoiceNumber, order: sold, lines }: MatchedReturn): readonly OrderCommand[] => {
  const orderId = orderIdOfInvoice(sold);
  const shipped = { orderId, carrier: 'import', trackingNumber: `import-${orderId}` };
  const reason = `cancellation ${invoiceNumber}`;
  return [
    { type: 'MarkPacked', data: { orderId } },
    { type: 'MarkShipped', data: shipped },
    { type: 'MarkDelivered', data: { orderId } },
    { type: 'AcceptReturn', data: { orderId, returnId: returnIdOf(invoiceNumber), lines, reason } },
  ];
};

/** Carries out one return. Call it for one return after the other. An earlier import's return changes nothing. */
export async function bringReturn(
  execute: (command: CommandMessage<OrderCommand>) => Promise<void>,
  matched: MatchedReturn,
): Promise<void> {
  for (const command of commandsOf(matched)) {
    const commandId = `import-return-${matched.invoiceNumber}-${command.data.orderId}-${command.type}`;
    const context = { commandId, correlationId: command.data.orderId, causationId: commandId };
    await execute(
      new CommandMessage(command, { ...context, actor: 'system', fingerprint: fingerprintOf(command.data) }),
    );
  }
}

/** Whether stock and money of the return are where they belong. */
export async function isBack(
  { store }: Engine,
  { invoiceNumber, order: sold }: MatchedReturn,
): Promise<boolean> {
  const events = await store.readStream(fulfilmentStream(orderIdOfInvoice(sold)));
  const state = fold(fulfilment, fulfilment.initialState, events as never);
  return (
    state.phase !== 'new' &&
    state.known.has(returnIdOf(invoiceNumber)) &&
    fulfilment.pending(state).length === 0
  );
}

/** Money that the imported returns of these orders brought back. */
export async function moneyBack({ commands }: Engine, orderIds: ReadonlySet<OrderId>): Promise<Money | null> {
  const amounts: Money[] = [];
  for (const orderId of orderIds) {
    const { state } = await commands.load(order, orderStream(orderId));
    const refunds = 'givenBack' in state ? (state.givenBack?.refunds ?? []) : [];
    for (const { refundId, amount, is } of refunds)
      if (is === 'made' && refundId.startsWith(returnIdOf(''))) amounts.push(amount);
  }
  const [first] = amounts;
  return first === undefined ? null : money.sum(amounts, first.currency);
}
