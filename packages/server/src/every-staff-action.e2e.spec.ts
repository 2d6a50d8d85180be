// Every mutation that the access table gives to staff takes a reason, and leaves an entry in the audit log: the person, the
// action and the reason. A mutation without a row here, or without a reason, fails the first tests.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accessTable, actsOnOneself, type AnyProcess } from '@holdfast/api';
import { createOrderCheck } from '@holdfast/checkout';
import type { RecordedEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { processesOf } from './processes.js';
import { password, type CardShop, type Customer, type ShownOrder } from './test/card-shop.js';
import { openCarrierShop } from './test/carrier-shop.js';

const soon = { timeoutMs: 60_000 };
const times = { reservationTtlMs: 120_000, paymentTimeoutMs: 60_000 };
const why = 'Because the spec says so';

/** Orders above 500.00 are looked at by a person. */
const check = createOrderCheck(
  {
    ...{ reviewAmount: { EUR: 500_00 }, rejectAmount: {}, reviewFirstOrderAmount: {} },
    ...{ reviewOtherAddressAmount: {}, reviewOrdersPerHour: null, rejectOrdersPerHour: null },
  },
  { countryCode: () => 'FR', hasForm: () => true },
);

/** A process manager that fails on deliveries to the shelf until it is mended. */
let isBroken = true;
const printer: AnyProcess = {
  name: 'printer',
  initialState: 0,
  inputPrefixes: ['stock-'],
  route: ({ type, stream, revision }: RecordedEvent) =>
    type === 'StockReceived' && stream === 'stock-SHELF'
      ? { kind: 'start', id: `printer.${revision}` }
      : { kind: 'ignore' },
  decide() {
    if (isBroken) throw new Error('the label printer is broken');
    return [];
  },
  evolve: (state) => state,
  pending: () => [],
};

let shop: CardShop;
let helper: string;

beforeAll(async () => {
  const processes = [...processesOf({ ...times, check }), printer];
  shop = await openCarrierShop({}, { ...times, processes });
  helper = await shop.staff('ADMIN');
}, 60_000);
afterAll(() => shop.close());

let keys = 0;
const nextKey = (): string => `k-${(keys += 1)}`;

type Result = { readonly __typename?: string };

/** A mutation with an `input`, as staff; it has to succeed. */
async function act(token: string, mutation: string, type: string, input: object): Promise<void> {
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) {
    __typename ... on ErrorResult { errorCode message } } }`;
  const given = { input: { idempotencyKey: nextKey(), ...input } };
  const result = (await shop.ask<Readonly<Record<string, Result>>>(query, given, token))[mutation];
  expect(result?.__typename).toMatch(/Success$/);
}

/** A mutation with arguments. */
async function call<T>(token: string, mutation: string, selection = '{ __typename }'): Promise<T> {
  type Called = Readonly<Record<string, T>>;
  return Object.values(await shop.ask<Called>(`mutation { ${mutation} ${selection} }`, {}, token))[0] as T;
}

const text = JSON.stringify(why);

type Ordered = ShownOrder & { readonly sku: string; readonly customer: Customer };

async function ordered(more: object = {}, price = 2_500): Promise<Ordered> {
  const [customer, sku] = [await shop.customer(), await shop.product(price)];
  return { ...(await shop.place(customer, sku, more)), sku, customer };
}
const atOnce = { paymentMode: 'AUTOMATIC', cardToken: 'tok_ok' };
const confirmed = (): Promise<Ordered> => ordered({ ...atOnce, waitFor: 'CONFIRMED' });

async function packed() {
  const order = await confirmed();
  await act(helper, 'packOrder', 'ShipOrderInput', { orderId: order.id });
  return { ...order, trackingNumber: await labelled(order.id) };
}

const labelled = (orderId: string): Promise<string> =>
  eventually(async () => {
    type Parcel = { readonly trackingNumber: string };
    type Found = { readonly order: { readonly shipments: readonly Parcel[] } };
    const query = 'query ($id: ID!) { order(id: $id) { shipments { trackingNumber } } }';
    const [parcel] = (await shop.ask<Found>(query, { id: orderId }, helper)).order.shipments;
    expect(parcel).toBeDefined();
    return parcel?.trackingNumber ?? '';
  }, soon);

async function shipped() {
  const order = await packed();
  await act(helper, 'shipOrder', 'ShipOrderInput', { orderId: order.id });
  return order;
}

/** An order whose refund the gateway did not take, with the name of the step. */
async function unrefunded(): Promise<{ readonly orderId: string; readonly step: string }> {
  const { id: orderId } = await confirmed();
  shop.gateway.behave({ isDown: true });
  await act(helper, 'refundOrder', 'RefundOrderInput', { orderId, reason: 'Broken' });
  type Step = { readonly name: string; readonly attempts: number };
  type Found = { readonly saga: { readonly fulfilment: { readonly steps: readonly Step[] } } };
  const query = 'query ($id: ID!) { saga(orderId: $id) { fulfilment { steps { name attempts } } } }';
  const step = await eventually(async () => {
    const { steps } = (await shop.ask<Found>(query, { id: orderId }, helper)).saga.fulfilment;
    const waiting = steps.find(({ name, attempts }) => name.startsWith('refund:') && attempts > 0);
    expect(waiting).toBeDefined();
    return waiting?.name ?? '';
  }, soon);
  shop.gateway.behave({ isDown: false });
  return { orderId, step };
}

/** The id of the armed timer of an order that waits for its payment, and when it is due. */
async function armed() {
  const { id: orderId } = await ordered();
  type Timer = { readonly id: string; readonly orderId: string; readonly dueAt: string };
  type Found = { readonly timers: { readonly nodes: readonly Timer[] } };
  return eventually(async () => {
    const { timers } = await shop.ask<Found>(
      '{ timers(first: 100) { nodes { id orderId dueAt } } }',
      {},
      helper,
    );
    const timer = timers.nodes.find((one) => one.orderId === orderId);
    expect(timer).toBeDefined();
    return timer as Timer;
  }, soon);
}

/** The id of an event that the printer could not handle. */
async function parked(): Promise<string> {
  isBroken = true;
  const known = await parkedIds();
  await act(helper, 'receiveStock', 'ReceiveStockInput', { sku: 'SHELF', quantity: 1 });
  return eventually(async () => {
    const id = (await parkedIds()).find((one) => !known.includes(one));
    expect(id).toBeDefined();
    return id ?? '';
  }, soon);
}

async function parkedIds(): Promise<readonly string[]> {
  type Found = { readonly parkedEvents: { readonly nodes: readonly { readonly id: string }[] } };
  const { parkedEvents } = await shop.ask<Found>('{ parkedEvents(first: 100) { nodes { id } } }', {}, helper);
  return parkedEvents.nodes.map(({ id }) => id);
}

/** A read model whose rebuild waits for a person. */
async function held(name: string): Promise<void> {
  await call(helper, `rebuildProjection(name: "${name}", hold: true)`);
  await eventually(async () => {
    type Found = { readonly projections: readonly { readonly name: string; readonly state: string }[] };
    const { projections } = await shop.ask<Found>('{ projections { name state } }', {}, helper);
    expect(projections.find((one) => one.name === name)?.state).toBe('REBUILT');
  }, soon);
}

type Action = (this: void, token: string) => Promise<void>;

/** For each mutation of staff one call that succeeds. */
const actions: Readonly<Record<string, Action>> = {
  setRoles: async (token) => {
    const { id } = await shop.customer();
    await call(token, `setRoles(userId: "${id}", roles: [SUPPORT], reason: ${text})`);
  },
  viewCustomer: async (token) => {
    const { id } = await shop.customer();
    await call(token, `viewCustomer(customer: "${id}", reason: ${text})`);
  },
  cancelOrder: async (token) => {
    const { id: orderId } = await ordered();
    await act(token, 'cancelOrder', 'CancelOrderInput', { orderId, reason: why });
  },
  reviewOrder: async (token) => {
    const { id: orderId } = await ordered({ ...atOnce, waitFor: 'UNDER_REVIEW' }, 600_00);
    await act(token, 'reviewOrder', 'ReviewOrderInput', { orderId, approve: true, reason: why });
  },
  creditWallet: async (token) => {
    const { id: customerId } = await shop.customer();
    const amount = { amount: '500', currency: 'EUR' };
    await act(token, 'creditWallet', 'CreditWalletInput', { customerId, amount, reason: why });
  },
  packOrder: async (token) => {
    const { id: orderId } = await confirmed();
    await act(token, 'packOrder', 'ShipOrderInput', { orderId, reason: why });
  },
  shipOrder: async (token) => {
    const { id: orderId } = await packed();
    await act(token, 'shipOrder', 'ShipOrderInput', { orderId, reason: why });
  },
  recordCarrierScan: async (token) => {
    const { trackingNumber } = await shipped();
    await act(token, 'recordCarrierScan', 'CarrierScanInput', {
      trackingNumber,
      code: 'IN_TRANSIT',
      reason: why,
    });
  },
  returnOrder: async (token) => {
    const { id: orderId, sku } = await shipped();
    const lines = [{ sku, quantity: 1 }];
    await act(token, 'returnOrder', 'ReturnOrderInput', { orderId, lines, reason: why });
  },
  declineReturn: async (token) => {
    const { id: orderId, sku, customer } = await shipped();
    const request = `mutation ($input: RequestReturnInput!) { requestReturn(input: $input) {
      ... on OrderSuccess { order { returnRequests { id } } } } }`;
    type Asked = {
      readonly requestReturn: {
        readonly order: { readonly returnRequests: readonly { readonly id: string }[] };
      };
    };
    const lines = [{ sku, quantity: 1 }];
    const input = { idempotencyKey: nextKey(), orderId, lines, reason: 'Too small' };
    const { requestReturn } = await shop.ask<Asked>(request, { input }, customer.token);
    const [{ id: requestId } = { id: '' }] = requestReturn.order.returnRequests;
    await act(token, 'declineReturn', 'DeclineReturnInput', { orderId, requestId, reason: why });
  },
  refundOrder: async (token) => {
    const { id: orderId } = await confirmed();
    await act(token, 'refundOrder', 'RefundOrderInput', { orderId, reason: why });
  },
  createProduct: async (token) => {
    const price = { amount: '100', currency: 'EUR' };
    const product = { sku: nextKey(), name: 'Tea', price, reason: why };
    await act(token, 'createProduct', 'CreateProductInput', product);
  },
  changePrice: async (token) => {
    const [sku, price] = [await shop.product(), { amount: '120', currency: 'EUR' }];
    await act(token, 'changePrice', 'ChangePriceInput', { sku, price, reason: why });
  },
  receiveStock: async (token) => {
    const units = { sku: await shop.product(), quantity: 2, reason: why };
    await act(token, 'receiveStock', 'ReceiveStockInput', units);
  },
  adjustStock: async (token) => {
    await act(token, 'adjustStock', 'AdjustStockInput', { sku: await shop.product(), delta: 1, reason: why });
  },
  retryParkedEvents: async (token) => {
    const id = await parked();
    isBroken = false;
    await call(token, `retryParkedEvents(selection: { ids: ["${id}"], reason: ${text} })`);
  },
  discardParkedEvents: async (token) => {
    await call(token, `discardParkedEvents(selection: { ids: ["${await parked()}"], reason: ${text} })`);
  },
  retryParked: async (token) => {
    const id = await parked();
    isBroken = false;
    type Preview = { readonly parkedPreview: { readonly token: string; readonly count: number } };
    const query = `{ parkedPreview(selection: { ids: ["${id}"] }) { token count } }`;
    const { parkedPreview } = await shop.ask<Preview>(query, {}, token);
    const set = `token: "${parkedPreview.token}", expectedCount: ${parkedPreview.count}`;
    await call(token, `retryParked(${set}, reason: ${text})`);
  },
  retrySagaStep: async (token) => {
    await act(token, 'retrySagaStep', 'SagaStepInput', { ...(await unrefunded()), reason: why });
  },
  settleSagaStep: async (token) => {
    await act(token, 'settleSagaStep', 'SagaStepInput', { ...(await unrefunded()), reason: why });
  },
  moveTimer: async (token) => {
    const { orderId } = await armed();
    await act(token, 'moveTimer', 'MoveTimerInput', { orderId, kind: 'reservation', reason: why });
  },
  fireTimer: async (token) => {
    await call(token, `fireTimer(id: "${(await armed()).id}", reason: ${text})`);
  },
  rescheduleTimer: async (token) => {
    const { id, dueAt } = await armed();
    const earlier = new Date(Date.parse(dueAt) - 30_000).toISOString();
    await call(token, `rescheduleTimer(id: "${id}", dueAt: "${earlier}", reason: ${text})`);
  },
  rebuildProjection: async (token) => {
    await call(token, `rebuildProjection(name: "timers", reason: ${text})`);
  },
  switchProjection: async (token) => {
    await held('streams');
    await call(token, `switchProjection(name: "streams", reason: ${text})`);
  },
  abandonRebuild: async (token) => {
    await held('parked');
    await call(token, `abandonRebuild(name: "parked", reason: ${text})`);
  },
};

/** The event that puts the act of each mutation on record. */
const recorded: Readonly<Record<string, string>> = {
  setRoles: 'RolesChanged',
  viewCustomer: 'AccountViewed',
  cancelOrder: 'OrderCancelled',
  reviewOrder: 'OrderReviewed',
  creditWallet: 'FundsDeposited',
  packOrder: 'OrderPacked',
  shipOrder: 'OrderShipped',
  recordCarrierScan: 'CarrierScanned',
  returnOrder: 'OrderReturned',
  declineReturn: 'ReturnDeclined',
  refundOrder: 'OrderRefundRequested',
  createProduct: 'ProductCreated',
  changePrice: 'PriceChanged',
  receiveStock: 'StockReceived',
  adjustStock: 'StockAdjusted',
  retryParkedEvents: 'ParkedEventRetried',
  discardParkedEvents: 'ParkedEventDiscarded',
  retryParked: 'BulkRetryStarted',
  retrySagaStep: 'FulfilmentRetryRequested',
  settleSagaStep: 'FulfilmentSettlementRequested',
  moveTimer: 'DeadlineMoveRequested',
  fireTimer: 'DeadlineMoveRequested',
  rescheduleTimer: 'DeadlineMoveRequested',
  rebuildProjection: 'ProjectionRebuildRequested',
  switchProjection: 'ProjectionSwitchRequested',
  abandonRebuild: 'ProjectionAbandonRequested',
};

/** Mutations of staff, and those of everybody who is signed in unless they concern the own account alone. */
const ofStaff = Object.entries(accessTable).flatMap(([field, access]) => {
  const [root, mutation] = field.split('.');
  if (root !== 'Mutation' || mutation === undefined || access === 'anyone') return [];
  if (access === 'signed-in') return actsOnOneself.has(field) ? [] : [mutation];
  return access.length === 0 || access.some((role) => role !== 'CUSTOMER') ? [mutation] : [];
});

type Named = { readonly name: string };
type Type = { readonly inputFields: readonly Named[] | null };
type Argument = Named & { readonly type: Type & { readonly ofType: Type | null } };
type Schema = {
  readonly mutationType: { readonly fields: readonly (Named & { readonly args: readonly Argument[] })[] };
};

/** Whether the mutation takes a reason, as an argument or as a field of one. */
async function takesReason(mutation: string): Promise<boolean> {
  const query = `{ __schema { mutationType { fields { name args { name
    type { inputFields { name } ofType { inputFields { name } } } } } } } }`;
  const { __schema } = await shop.ask<{ readonly __schema: Schema }>(query, {}, helper);
  const { args = [] } = __schema.mutationType.fields.find(({ name }) => name === mutation) ?? {};
  return args
    .flatMap(({ name, type }) => [
      name,
      ...[...(type.inputFields ?? type.ofType?.inputFields ?? [])].map((one) => one.name),
    ])
    .includes('reason');
}

type Me = { readonly me: { readonly id: string; readonly email: string } };
type Session = { readonly accessToken: string };
type Entry = { readonly actor: string; readonly action: string; readonly reason: string | null };

async function entriesOf(actor: string): Promise<readonly Entry[]> {
  type Found = { readonly auditLog: { readonly nodes: readonly Entry[] } };
  const query =
    'query ($actor: String) { auditLog(actor: $actor) { nodes { actor action reason subject } } }';
  return (await shop.ask<Found>(query, { actor }, helper)).auditLog.nodes;
}

describe('every action of staff', () => {
  test('has a row in this spec', () => {
    expect(Object.keys(actions).sort()).toEqual([...ofStaff].sort());
  });

  test.each(ofStaff)('%s › takes a reason', async (mutation) => {
    expect(await takesReason(mutation)).toBe(true);
  });

  test('on the own account alone › needs no reason, and is not in the audit log', async () => {
    const token = await shop.staff('ADMIN');
    const { me } = await shop.ask<Me>('{ me { id email } }', {}, token);
    await call(token, 'updateProfile(preferences: { savedViews: ["/orders"] })');
    const passwords = `currentPassword: "${password}", newPassword: "another ${password}"`;
    const session = '{ __typename ... on Session { accessToken } }';
    const { accessToken } = await call<Session>(token, `changePassword(${passwords})`, session);
    const other = `login(email: "${me.email}", password: "another ${password}")`;
    await call((await call<Session>('', other, session)).accessToken, 'logout', '');
    // The log keeps the order: with this entry, those of earlier acts would be there as well.
    await actions['createProduct']?.(accessToken);
    await eventually(async () => {
      const entries = await entriesOf(`staff:${me.id}`);
      expect(entries.map(({ action }) => action)).toEqual(['ProductCreated']);
    }, soon);
  });

  test.each(Object.keys(actions))(
    '%s › is in the audit log, with the person and the reason',
    async (mutation) => {
      if (mutation.includes('arked') && !(await hasShelf())) await makeShelf();
      const token = await shop.staff('ADMIN');
      const { me } = await shop.ask<Me>('{ me { id email } }', {}, token);
      await actions[mutation]?.(token);
      await eventually(async () => {
        const entries = await entriesOf(`staff:${me.id}`);
        const entry = { actor: `staff:${me.id}`, action: recorded[mutation], reason: why };
        expect(entries).toContainEqual(expect.objectContaining(entry));
        // A bulk retry has an entry for each of its events as well.
        if (mutation !== 'retryParked') expect(entries).toHaveLength(1);
      }, soon);
    },
    120_000,
  );
});

const hasShelf = async (): Promise<boolean> => {
  const query = '{ product(sku: "SHELF") { sku } }';
  return (await shop.ask<{ readonly product: object | null }>(query, {}, helper)).product !== null;
};
const makeShelf = (): Promise<void> =>
  act(helper, 'createProduct', 'CreateProductInput', {
    ...{ sku: 'SHELF', name: 'Shelf', price: { amount: '1', currency: 'EUR' } },
  });
