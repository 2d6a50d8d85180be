// Parcels: of an order, of the warehouse's queue, and those that came back; and scans that staff report.
import { isIdentifier, OrderId, reasonOf } from '@holdfast/kernel';
import {
  order,
  orderStream,
  type OrderReturned,
  type OrderState,
  type OrderStatus,
} from '@holdfast/ordering';
import { shipments, type OrderSummary, type Shipment, type ShipmentStage } from '@holdfast/projections';
import {
  delivered,
  scanCode,
  shipmentStream,
  tracking,
  trackingStream,
  type RecordScan,
} from '@holdfast/shipping';
import { Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  Args,
  Context,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { z } from 'zod';
import { CommandMessage } from '../commands/command-bus.js';
import { commandIdOf } from '../commands/derivations.js';
import { commandContext, staffActor } from '../commands/command-context.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { Closing } from '../graphql/closing.js';
import type { Paging } from '../graphql/connections.js';
import {
  graphQLError,
  idempotencyConflict,
  invalidInput,
  notFound,
  validationError,
} from '../graphql/errors.js';
import { readsAllOrders } from '../graphql/access.js';
import { idempotencyKey } from '../graphql/inputs.js';
import { optionalReason } from '../graphql/reasons.js';
import type { SignedIn } from '../graphql/request-context.js';
import { abortable, liveDocuments } from '../live/live.js';
import { syncedEvents } from '../operations/log/log.js';
import { refusedState } from '../orders/order-actions.js';
import { foldedOrder, positionOnce } from '../orders/order-documents.js';
import type { Viewer } from '../people/viewer.js';
import { answerMs, freshDocument, type Folded } from '../queries/documents.js';
import { FindDocuments } from '../queries/queries.js';
import { collections, shipmentsIn } from '../queries/read-models.js';
import { labelPath } from './label-route.js';

const scanInput = z.object({
  idempotencyKey,
  trackingNumber: z.string().max(100),
  code: z.string().max(100),
  location: z.string().trim().min(1).max(200).nullish(),
  reason: optionalReason,
});

/** How long a mutation waits until the order reflects the scan. */
const followMs = 5_000;

const handedOver: readonly OrderState['status'][] = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED'];

const foldedShipment: Folded<Shipment> = {
  projection: shipments,
  streams: (id) => [shipmentStream(OrderId(id)), orderStream(OrderId(id))],
};

/** A parcel with a label. A customer sees no parcel before it has one. */
type Labelled = Shipment & { readonly carrier: string; readonly trackingNumber: string };

@Resolver('Order')
export class ShipmentsResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @ResolveField('shipments')
  async shipments(@Parent() { id, position }: OrderSummary, @Context() { load }: SignedIn) {
    await this.dependencies.projections.reached(collections.shipments, position, answerMs);
    const shipment = await load<Shipment>(collections.shipments, id);
    return shipment === null || shipment.trackingNumber === null ? [] : [shipment as Labelled];
  }

  /** Read from the order's own stream: few orders have any. */
  @ResolveField('returns')
  async returns(@Parent() { id, status }: OrderSummary) {
    if (!handedOver.includes(status)) return [];
    const events = await syncedEvents(this.dependencies.store, orderStream(OrderId(id)));
    return events.flatMap(({ type, data, metadata: { at } }) => {
      if (type !== 'OrderReturned') return [];
      const { returnId, stock: lines, refund } = data as OrderReturned['data'];
      return [{ id: returnId, lines, refund: refund?.amount ?? null, at }];
    });
  }

  @Subscription('parcelUpdated')
  async parcelUpdated(
    @Args('orderId') orderId: string,
    @Args('after') after: string | undefined,
    @Context() { viewer }: SignedIn,
  ) {
    if (!(await this.#mayRead(orderId, viewer))) throw graphQLError('NOT_FOUND', 'no such order');
    const { dependencies } = this;
    return abortable(async function* (signal) {
      const following = { folded: foldedShipment, ids: [orderId], after, signal };
      for await (const { cursor, document } of liveDocuments(dependencies, following))
        if (document.trackingNumber !== null) yield { parcelUpdated: { cursor, shipment: document } };
    });
  }

  async #mayRead(orderId: string, viewer: Viewer): Promise<boolean> {
    if (!isIdentifier(orderId)) return false;
    const { state } = await this.dependencies.commands.load(order, orderStream(OrderId(orderId)));
    return state.status !== 'NOT_PLACED' && (state.placed.customerId === viewer.id || readsAllOrders(viewer));
  }

  @Query('warehouseQueue')
  warehouseQueue(@Args() { stage, ...paging }: Paging & { readonly stage: ShipmentStage }) {
    return this.queryBus.execute(
      new FindDocuments<Shipment>(collections.shipments, shipmentsIn(stage), paging),
    );
  }
}

@Resolver('Shipment')
export class ShipmentResolver {
  @ResolveField('labelUrl')
  labelUrl(@Parent() { orderId }: Shipment) {
    return labelPath(orderId);
  }
}

@Resolver('WarehouseTask')
export class WarehouseTaskResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @ResolveField('order')
  order(@Parent() { orderId }: Shipment, @Context() { load }: SignedIn) {
    return load<OrderSummary>(collections.orders, orderId);
  }

  @ResolveField('since')
  since(@Parent() { createdAt }: Shipment) {
    return createdAt;
  }

  @ResolveField('labelUrl')
  labelUrl(@Parent() { orderId, trackingNumber }: Shipment) {
    return trackingNumber === null ? null : labelPath(orderId);
  }

  @ResolveField('shippingAddress')
  async shippingAddress(@Parent() { orderId }: Shipment) {
    const { state } = await this.dependencies.commands.load(order, orderStream(OrderId(orderId)), 'known');
    return state.status === 'NOT_PLACED' ? null : state.placed.shippingAddress;
  }
}

@Resolver()
export class CarrierScansResolver {
  readonly #folded: Folded<OrderSummary>;

  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(Closing) private readonly closing: Closing,
  ) {
    this.#folded = foldedOrder(dependencies.commands);
  }

  @Mutation('recordCarrierScan')
  async recordCarrierScan(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = scanInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, trackingNumber, location = null } = parsed.data;
    const code = scanCode(parsed.data.code);
    if (code === null) return validationError('code: letters, digits and underscores, at most 40', ['code']);
    const orderId = await this.#orderOf(trackingNumber);
    if (orderId === null) return notFound('tracking number');
    const { state } = await this.dependencies.commands.load(order, orderStream(orderId));
    if (!handedOver.includes(state.status)) return refusedState(state, viewer);
    const commandId = commandIdOf(viewer.id, 'recordCarrierScan', key);
    const at = new Date(this.dependencies.environment.clock.now()).toISOString();
    const scan = { scanId: commandId, code, location, at };
    const command: RecordScan = { type: 'RecordScan', data: { orderId, scan, ...reasonOf(parsed.data) } };
    const content = { trackingNumber, code, location, ...reasonOf(parsed.data) };
    const context = commandContext(commandId, staffActor(viewer), content, orderId);
    const outcome = await this.commandBus.execute(new CommandMessage(command, context));
    if (outcome.ok) return this.#followed(orderId, code, outcome.position);
    return outcome.rejection.code === 'IdempotencyConflict'
      ? idempotencyConflict()
      : refusedState(state, viewer);
  }

  /** Returns the order once it reflects the scan, or in its present state when the time is up. */
  async #followed(orderId: OrderId, code: string, position: number) {
    const target: readonly OrderStatus[] = code === delivered ? ['DELIVERED'] : ['IN_TRANSIT', 'DELIVERED'];
    const waiting = { timeoutMs: followMs, closing: this.closing.signal };
    const reached = await positionOnce(
      this.dependencies,
      orderId,
      (status) => target.includes(status),
      waiting,
    );
    const found = await freshDocument(this.dependencies, this.#folded, orderId, reached ?? -1);
    if (found === null) return notFound('order');
    return { __typename: 'OrderSuccess', order: found, position: Math.max(found.position, position) };
  }

  async #orderOf(trackingNumber: string): Promise<OrderId | null> {
    if (!isIdentifier(trackingNumber)) return null;
    const { state } = await this.dependencies.commands.load(tracking, trackingStream(trackingNumber));
    return state.orderId;
  }
}
