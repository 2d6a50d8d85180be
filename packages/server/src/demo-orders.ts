// Orders of the demo shop, one in each status that lasts. None stays PAID: the check of a paid order is a pure function of the
// order, decided with OrderPaid itself, and what follows are appends to the same log, so only a log that refuses appends could
// hold an order there. Its history shows the moment in which it was PAID. Each is made by the same commands as from outside, under ids that never change: at the next start every command is recognised, or
// finds the order further on.
import { CommandMessage, newOrderCode, orderIdOf, type Api } from '@holdfast/api';
import { CustomerId, money, Sku, type OrderId } from '@holdfast/kernel';
import {
  order,
  orderStream,
  type Address,
  type OrderCommand,
  type OrderStatus,
  type PlaceOrder,
} from '@holdfast/ordering';
import type { CommandOutcome } from '@holdfast/runtime';
import { shipment, shipmentStream, type RecordScan } from '@holdfast/shipping';
import type { Engine } from './engine.js';

/** The customer of these orders. */
export const demoBuyer = {
  email: 'buyer@demo.example',
  password: 'demo-buyer',
  name: 'Demo Buyer',
  roles: ['CUSTOMER'],
} as const;

const currency = 'EUR';
const pocketMoney = money.of(5_000_00, currency);
const sku = Sku('COPPER-BOX');
const line = { sku, name: 'Copper keepsake box', unitPrice: money.of(24_00, currency) };
const unitsOfOrders = 120;

const home: Address = {
  name: 'Demo Buyer',
  line1: 'Hafenstr. 1',
  city: 'Hamburg',
  postalCode: '20457',
  country: 'DE',
};
const office: Address = { ...home, name: 'Office', line1: 'Jungfernstieg 7', postalCode: '20354' };

type Ask = PlaceOrder['data'];
/** `at`: the time of the command, ISO 8601 */
type Later = (at: string, label: Label) => OrderCommand | RecordScan;
/** LABELLED: the carrier has made the label of the packed parcel. */
type Advance = readonly [until: OrderStatus | 'LABELLED', ...commands: readonly Later[]];
type Label = { readonly carrier: string; readonly trackingNumber: string };
type Scenario = {
  readonly key: string;
  readonly quantity: number;
  readonly asks?: Partial<Ask>;
  readonly then?: (orderId: OrderId) => readonly Advance[];
};

const shipped = (orderId: OrderId): readonly Advance[] => [
  ['CONFIRMED', () => ({ type: 'MarkPacked', data: { orderId } })],
  ['LABELLED', (_, label) => ({ type: 'MarkShipped', data: { orderId, ...label } })],
];
const scanned =
  (orderId: OrderId, code: string, location: string): Later =>
  (at) => ({ type: 'RecordScan', data: { orderId, scan: { scanId: `demo-${code}`, code, location, at } } });
const moved = (orderId: OrderId): Advance => ['SHIPPED', scanned(orderId, 'IN_TRANSIT', 'Bremen')];
const delivered = (orderId: OrderId): Advance => ['IN_TRANSIT', scanned(orderId, 'DELIVERED', 'Hamburg')];
const reviewed = (orderId: OrderId, approved: boolean): Advance => [
  'UNDER_REVIEW',
  () => ({
    type: 'Review',
    data: { orderId, approved, reason: approved ? 'Known customer' : 'The card was stolen' },
  }),
];
const elsewhere = { billingAddress: office };
const onDemand = { paymentMode: 'ON_CONFIRMATION' } as const;

/** The key names the status in which an order stays. */
const scenarios: readonly Scenario[] = [
  { key: 'created', quantity: 1, asks: { ...onDemand, definition: 'payment-first' } },
  { key: 'reserved', quantity: 1, asks: onDemand },
  { key: 'confirmed', quantity: 1 },
  { key: 'choreographed', quantity: 1, asks: { coordination: 'CHOREOGRAPHY' } },
  { key: 'shipped', quantity: 1, then: shipped },
  { key: 'in-transit', quantity: 1, then: (id) => [...shipped(id), moved(id)] },
  { key: 'delivered', quantity: 1, then: (id) => [...shipped(id), moved(id), delivered(id)] },
  {
    key: 'returned',
    quantity: 2,
    then: (id) => [
      ...[...shipped(id), moved(id), delivered(id)],
      [
        'DELIVERED',
        () => ({
          type: 'AcceptReturn',
          data: { orderId: id, returnId: 'demo', lines: [{ sku, quantity: 1 }], reason: 'Scratched' },
        }),
      ],
    ],
  },
  { key: 'under-review', quantity: 45, asks: elsewhere },
  { key: 'rejected', quantity: 42, asks: elsewhere, then: (id) => [reviewed(id, false)] },
  { key: 'out-of-stock', quantity: 900 },
  { key: 'payment-pending', quantity: 1, asks: { paymentMethod: 'CARD' } },
  { key: 'declined', quantity: 1, asks: { paymentMethod: 'CARD', cardToken: 'tok_declined' } },
  { key: 'address-invalid', quantity: 1, asks: { shippingAddress: { ...home, country: 'Atlantis' } } },
  {
    key: 'cancelled',
    quantity: 1,
    asks: onDemand,
    then: (orderId) => [
      [
        'RESERVED',
        () => ({ type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED', note: 'Found it cheaper' } }),
      ],
    ],
  },
];

const context = (commandId: string, correlationId: string) => ({
  ...{ commandId, correlationId, causationId: correlationId, actor: 'system' },
  fingerprint: commandId,
});

/** How long to wait for the status that the next command needs. Settings may lead an order to another status. */
const patienceMs = 60_000;
const pollMs = 100;
/** How long to wait for the carrier's label. After that the demo makes one, because a shop may have no carrier. */
const labelMs = 10_000;
const noLabel: Label = { carrier: '', trackingNumber: '' };

/** Makes the orders, in the background. `stop` leaves the rest to the next start. */
export function makeDemoOrders(
  { commandBus, people }: Api,
  { commands, environment: { clock, scheduler, secrets } }: Engine,
  onError: (error: unknown) => void,
): { readonly stop: () => void } {
  let stopped = false;
  const execute = async (command: CommandMessage): Promise<void> => {
    // A refusal is fine: at a later start the order is further on.
    if (!stopped) await (commandBus as { execute(given: object): Promise<CommandOutcome> }).execute(command);
  };
  const labelOf = async (orderId: OrderId): Promise<Label | null> => {
    const { state } = await commands.load(shipment, shipmentStream(orderId));
    return state.kind === 'open' ? state.label : null;
  };
  const reaches = async (orderId: OrderId, wanted: Advance[0], forMs = patienceMs): Promise<boolean> => {
    for (const since = clock.now(); !stopped && clock.now() - since < forMs;) {
      const { state } = await commands.load(order, orderStream(orderId));
      if (state.status === wanted) return true;
      if (wanted === 'LABELLED' && (await labelOf(orderId)) !== null) return true;
      if (state.status === 'FAILED' || state.status === 'CANCELLED') return false;
      await new Promise<void>((resolve) => void scheduler.after(pollMs, resolve));
    }
    return false;
  };
  const play = async (customerId: CustomerId, { key, quantity, asks, then }: Scenario): Promise<void> => {
    const orderId = orderIdOf(customerId, `demo-${key}`);
    const data: Ask = {
      ...{ orderId, customerId, lines: [{ ...line, quantity }], shippingAddress: home },
      ...{ paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC', coordination: 'ORCHESTRATION' },
      ...{ code: newOrderCode(secrets), customerHistory: { earlierOrders: 3, ordersInLastHour: 0 } },
      ...asks,
    };
    await execute(new CommandMessage({ type: 'PlaceOrder', data }, context(`demo-place-${key}`, orderId)));
    for (const [status, ...next] of then?.(orderId) ?? []) {
      if (status === 'LABELLED' && !(await reaches(orderId, status, labelMs))) {
        const label = { carrier: 'demo', trackingNumber: `demo-${orderId}` };
        const generate = { type: 'GenerateLabel', data: { orderId, ...label } } as const;
        await execute(new CommandMessage(generate, context(`demo-${key}-label`, orderId)));
      }
      if (!(await reaches(orderId, status))) return;
      const label = (await labelOf(orderId)) ?? noLabel;
      for (const commandOf of next) {
        const command = commandOf(new Date(clock.now()).toISOString(), label);
        const name = command.type === 'RecordScan' ? command.data.scan.scanId : command.type;
        await execute(new CommandMessage(command, context(`demo-${key}-${name}`, orderId)));
      }
    }
  };
  const run = async (): Promise<void> => {
    const customerId = CustomerId(await people.known.ensure(demoBuyer));
    const deposit = { type: 'Deposit', data: { customerId, amount: pocketMoney } } as const;
    await execute(new CommandMessage(deposit, context('demo-orders-deposit', 'demo')));
    const receive = { type: 'ReceiveStock', data: { sku, quantity: unitsOfOrders } } as const;
    await execute(new CommandMessage(receive, context('demo-orders-stock', 'demo')));
    for (const scenario of scenarios) await play(customerId, scenario);
  };
  run().catch((error: unknown) => {
    if (!stopped) onError(error);
  });
  return { stop: () => void (stopped = true) };
}
