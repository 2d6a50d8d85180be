// The products, stock, customers and money that the orders of an import need, brought in before them.
import { CommandMessage, fingerprintOf } from '@holdfast/api';
import type { CommandContext } from '@holdfast/runtime';
import { importedEmail } from './check-invoices.js';
import type { PlannedOrder } from './import-plan.js';
import { fundsOf, orderIdOfInvoice, productsOf, stockOf, type Shares } from './order-of-invoice.js';

const atOnce = 64;
export type Told = { readonly command: { readonly type: string } };
export type Execute = (command: object & Told) => Promise<void>;

export const customersOf = (fresh: readonly PlannedOrder[]) => [
  ...new Set(fresh.map(({ customerId }) => customerId)),
];

export async function bringStock(
  execute: Execute,
  fresh: readonly PlannedOrder[],
  shares: Shares,
): Promise<void> {
  await inBatches(productsOf(fresh), async ({ sku, name, price }) => {
    const create = { type: 'CreateProduct', data: { sku, name, price } } as const;
    await execute(new CommandMessage(create, context(`import-create-${sku}`, create.data)));
  });
  await inBatches(fresh, async (invoice) => {
    const orderId = orderIdOfInvoice(invoice);
    for (const [sku, quantity] of stockOf(invoice, shares)) {
      const receive = { type: 'ReceiveStock', data: { sku, quantity } } as const;
      await execute(new CommandMessage(receive, context(`import-stock-${orderId}-${sku}`, receive.data)));
    }
  });
}

export async function bringMoney(
  execute: Execute,
  fresh: readonly PlannedOrder[],
  shares: Shares,
): Promise<void> {
  await inBatches(customersOf(fresh), async (id) => {
    const register = {
      type: 'Register',
      data: {
        accountId: id,
        email: importedEmail(id),
        name: `Customer ${id}`,
        // No password has this hash: an imported customer can't sign in.
        passwordHash: '!',
        roles: ['CUSTOMER'],
      },
    } as const;
    await execute(new CommandMessage(register, context(`import-customer-${id}`, register.data)));
  });
  await inBatches(fresh, async (invoice) => {
    const { customerId } = invoice;
    const amount = fundsOf(invoice, shares);
    if (amount.minor === 0) return;
    const deposit = { type: 'Deposit', data: { customerId, amount } } as const;
    const commandId = `import-funds-${orderIdOfInvoice(invoice)}`;
    await execute(new CommandMessage(deposit, context(commandId, deposit.data)));
  });
}

export const context = (commandId: string, data: object): CommandContext => ({
  commandId,
  correlationId: commandId,
  causationId: commandId,
  actor: 'system',
  fingerprint: fingerprintOf(data),
});

/** Runs in the given order, in batches: the next batch begins when a batch is done and `after` has run. */
export async function inBatches<T>(
  items: readonly T[],
  run: (item: T) => Promise<void>,
  after?: (batch: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) {
    const batch = items.slice(from, from + atOnce);
    await Promise.all(batch.map(run));
    await after?.(batch);
  }
}
