// Demo data: products with stock, a customer with money, an operator. It is made by the same commands as from outside, with
// fixed command ids, so that every start adds only the missing parts.
import { demoBuyer } from './demo-orders.js';
import { CommandMessage, type Api } from '@holdfast/api';
import { CustomerId, money, Sku } from '@holdfast/kernel';
import type { CommandContext, CommandOutcome } from '@holdfast/runtime';

export const demoCustomer = {
  email: 'customer@demo.example',
  password: 'demo-customer',
  name: 'Demo Customer',
  roles: ['CUSTOMER'],
} as const;

export const demoOperator = {
  email: 'operator@demo.example',
  password: 'demo-operator',
  name: 'Demo Operator',
  roles: ['OPERATOR', 'SUPPORT', 'CATALOG', 'WAREHOUSE'],
} as const;

const currency = 'EUR';
const pocketMoney = money.of(500_00, currency);
const stockPerProduct = 25;

const materials = ['Oak', 'Walnut', 'Linen', 'Wool', 'Copper', 'Stoneware'] as const;
const things = [
  ['TRAY', 'tray', 34_00],
  ['LAMP', 'table lamp', 79_00],
  ['BOWL', 'bowl', 22_50],
  ['CLOCK', 'wall clock', 54_90],
  ['BOX', 'keepsake box', 18_00],
  ['STOOL', 'stool', 119_00],
  ['COASTERS', 'coasters, set of four', 12_95],
] as const;

/** One unit only, to show what happens when two buyers want it. */
const rarity = {
  sku: Sku('LAST-ONE'),
  name: 'The last one of its kind',
  price: money.of(9_99, currency),
  quantity: 1,
};

const catalogue = [
  ...materials.flatMap((material, m) =>
    things.map(([code, thing, minor]) => ({
      sku: Sku(`${material.toUpperCase()}-${code}`),
      name: `${material} ${thing}`,
      price: money.of(minor + m * 150, currency),
      quantity: stockPerProduct,
    })),
  ),
  rarity,
];

const context = (commandId: string): CommandContext => ({
  commandId,
  correlationId: 'demo',
  causationId: 'demo',
  actor: 'system',
  fingerprint: commandId,
});

/** The bus types an outcome by the command's class; here the type that all outcomes share is enough. */
type Bus = { execute(command: object): Promise<CommandOutcome> };

/** @throws when a command is refused: the demo's own data is wrong */
export async function openDemoShop({ commandBus, people }: Api): Promise<void> {
  const execute = async (command: CommandMessage): Promise<void> => {
    const outcome: CommandOutcome = await (commandBus as Bus).execute(command);
    if (!outcome.ok)
      throw new Error(`${command.command.type} for the demo was refused: ${outcome.rejection.code}`);
  };
  const listed = catalogue.map(async ({ sku, name, price, quantity }) => {
    const create = { type: 'CreateProduct', data: { sku, name, price } } as const;
    await execute(new CommandMessage(create, context(`demo-create-${sku}`)));
    const receive = { type: 'ReceiveStock', data: { sku, quantity } } as const;
    await execute(new CommandMessage(receive, context(`demo-receive-${sku}`)));
  });
  await Promise.all(listed);
  await people.known.ensure(demoOperator);
  const customerId = CustomerId(await people.known.ensure(demoCustomer));
  const deposit = { type: 'Deposit', data: { customerId, amount: pocketMoney } } as const;
  await execute(new CommandMessage(deposit, context('demo-deposit')));
}

/** A data folder that was used for the demo has accounts with public passwords: they are closed when the demo is off. */
export async function closeDemoAccounts({ people }: Pick<Api, 'people'>): Promise<void> {
  await people.known.disown(demoOperator);
  await people.known.disown(demoCustomer);
  await people.known.disown(demoBuyer);
}
