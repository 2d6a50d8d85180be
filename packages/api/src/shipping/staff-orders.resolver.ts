// Actions of staff on orders: pack, ship, take back, refund. The order decides; its fulfilment moves stock and money.
import { StoreUnavailable } from '@holdfast/event-store';
import type { FulfilmentState } from '@holdfast/fulfilment';
import { isIdentifier, money, OrderId, reasonOf, Sku, type Money } from '@holdfast/kernel';
import {
  order,
  orderStream,
  refundable,
  type OrderCommand,
  type OrderRejection,
  type OrderState,
} from '@holdfast/ordering';
import type { OrderSummary } from '@holdfast/projections';
import type { CommandOutcome } from '@holdfast/runtime';
import { shipment, shipmentStream, type ShipmentState } from '@holdfast/shipping';
import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { CommandMessage } from '../commands/command-bus.js';
import { commandIdOf } from '../commands/derivations.js';
import { commandContext, staffActor } from '../commands/command-context.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { Closing } from '../graphql/closing.js';
import {
  idempotencyConflict,
  invalidInput,
  notFound,
  overLimit,
  validationError,
} from '../graphql/errors.js';
import { amountInput, goodsBackInput, idempotencyKey, text } from '../graphql/inputs.js';
import { optionalReason } from '../graphql/reasons.js';
import type { SignedIn } from '../graphql/request-context.js';
import { syncedEvents } from '../operations/log/log.js';
import { refusedState } from '../orders/order-actions.js';
import { foldedOrder } from '../orders/order-documents.js';
import type { Viewer } from '../people/viewer.js';
import { freshDocument, type Folded } from '../queries/documents.js';
import { fulfilmentOnce, isGivenBack, isLabelled } from './fulfilment-watch.js';
import { refundLimitOf } from './refund-limits.js';

const shipOrderInput = z.object({ idempotencyKey, orderId: z.string(), reason: optionalReason });
const refundOrderInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  amount: amountInput(1).nullish(),
  reason: text(500),
});

/** How long a mutation waits for the carrier's label, or for stock and money to follow. */
const followMs = 5_000;

type Operation = 'packOrder' | 'shipOrder' | 'returnOrder' | 'refundOrder';
type Done = CommandOutcome & { readonly ok: true };

@Resolver()
export class StaffOrdersResolver {
  readonly #folded: Folded<OrderSummary>;

  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(Closing) private readonly closing: Closing,
  ) {
    this.#folded = foldedOrder(dependencies.commands);
  }

  @Mutation('packOrder')
  async packOrder(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = shipOrderInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const orderId = idIn(parsed.data);
    if (orderId === null) return notFound('order');
    const command = { type: 'MarkPacked', data: { orderId, ...reasonOf(parsed.data) } } as const;
    const outcome = await this.#execute(command, viewer, 'packOrder', parsed.data);
    return outcome.ok
      ? this.#success(orderId, outcome.position)
      : this.#refused(outcome.rejection, orderId, viewer);
  }

  @Mutation('shipOrder')
  async shipOrder(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = shipOrderInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const orderId = idIn(parsed.data);
    if (orderId === null) return notFound('order');
    const state = await this.#state(orderId);
    if (state.status === 'NOT_PLACED') return notFound('order');
    if (state.status === 'CONFIRMED' && state.isPacked) await this.#follow(orderId, isLabelled);
    const { label } = await this.#shipment(orderId);
    if (label === null)
      return state.status === 'CONFIRMED' && state.isPacked
        ? { ...refusedState(state, viewer, 'the carrier has made no label yet: try again'), retryable: true }
        : refusedState(state, viewer);
    const command = { type: 'MarkShipped', data: { orderId, ...label, ...reasonOf(parsed.data) } } as const;
    const outcome = await this.#execute(command, viewer, 'shipOrder', parsed.data);
    return outcome.ok
      ? this.#success(orderId, outcome.position)
      : this.#refused(outcome.rejection, orderId, viewer);
  }

  @Mutation('returnOrder')
  async returnOrder(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = goodsBackInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const orderId = idIn(parsed.data);
    if (orderId === null) return notFound('order');
    const { idempotencyKey: key, reason } = parsed.data;
    const lines = parsed.data.lines.map((line) => ({ sku: Sku(line.sku), quantity: line.quantity }));
    const returnId = commandIdOf(viewer.id, 'returnOrder', key);
    const command = { type: 'AcceptReturn', data: { orderId, returnId, lines, reason } } as const;
    const outcome = await this.#execute(command, viewer, 'returnOrder', parsed.data);
    if (!outcome.ok) return this.#refused(outcome.rejection, orderId, viewer);
    return this.#givenBack(orderId, returnId, outcome, viewer);
  }

  @Mutation('refundOrder')
  async refundOrder(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = refundOrderInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const orderId = idIn(parsed.data);
    if (orderId === null) return notFound('order');
    const { idempotencyKey: key, reason } = parsed.data;
    const amount = parsed.data.amount ?? null;
    const limit = refundLimitOf(viewer, this.dependencies.settings);
    const wanted = amount ?? (await this.#left(orderId));
    if (wanted !== null && limit < wanted.minor) return overLimit('refund', limit, wanted);
    const refundId = commandIdOf(viewer.id, 'refundOrder', key);
    const at = new Date(this.dependencies.environment.clock.now()).toISOString();
    const data = { orderId, refundId, amount, reason, by: staffActor(viewer), at };
    const outcome = await this.#execute({ type: 'RequestRefund', data }, viewer, 'refundOrder', parsed.data);
    if (!outcome.ok) return this.#refused(outcome.rejection, orderId, viewer);
    return this.#givenBack(orderId, refundId, outcome, viewer);
  }

  #execute(
    command: OrderCommand,
    viewer: Viewer,
    operation: Operation,
    { idempotencyKey: key, ...content }: { readonly idempotencyKey: string },
  ) {
    const commandId = commandIdOf(viewer.id, operation, key);
    return this.commandBus.execute(
      new CommandMessage(
        command,
        commandContext(commandId, staffActor(viewer), content, command.data.orderId),
      ),
    );
  }

  #follow(orderId: OrderId, is: (state: FulfilmentState) => boolean): Promise<number | null> {
    return fulfilmentOnce(this.dependencies, orderId, is, {
      timeoutMs: followMs,
      closing: this.closing.signal,
    });
  }

  /** The order once its stock and money have followed, or in its present state when the time is up. */
  async #givenBack(orderId: OrderId, id: string, { position }: Done, viewer: Viewer) {
    const followed = await this.#follow(orderId, isGivenBack(id));
    if (followed === null) return this.#success(orderId, position);
    const state = await this.#state(orderId);
    const refunds = 'givenBack' in state ? (state.givenBack?.refunds ?? []) : [];
    if (refunds.some((refund) => refund.refundId === id && refund.is === 'refused'))
      return refusedState(
        state,
        viewer,
        'the refund was refused where the order was paid: the order’s saga has the reason',
      );
    const { store } = this.dependencies;
    const [last] = await syncedEvents(store, orderStream(orderId), { direction: 'backwards', limit: 1 });
    return this.#success(orderId, Math.max(position, last?.position ?? position), followed);
  }

  /** `position`: of the order's own stream; `reflects`: also of others. */
  async #success(orderId: OrderId, position: number, reflects = position) {
    const found = await freshDocument(this.dependencies, this.#folded, orderId, position);
    // A node that is behind the others may not have it yet.
    if (found === null) throw new StoreUnavailable('an order that was just changed is not read yet');
    return { __typename: 'OrderSuccess', order: found, position: Math.max(found.position, reflects) };
  }

  async #refused(rejection: Refusal, orderId: OrderId, viewer: Viewer) {
    switch (rejection.code) {
      case 'IdempotencyConflict':
        return idempotencyConflict();
      case 'RefundExceedsPaid': {
        const left = money.format(rejection.left);
        return validationError(`amount: at most ${left} is left to refund`, ['amount.amount']);
      }
      case 'CurrencyMismatch':
        return validationError(`amount: the order was paid in ${rejection.currency}`, ['amount.currency']);
      case 'ReturnExceedsShipped':
        return validationError(`lines: at most ${rejection.left} of ${rejection.sku} can still come back`, [
          'lines',
        ]);
      case 'NothingToRefund':
        return refusedState(await this.#state(orderId), viewer, 'nothing is left to refund');
      case 'RefundJustMade': {
        const message = 'another member of staff has just refunded this amount';
        return { ...refusedState(await this.#state(orderId), viewer, message), retryable: true };
      }
      default:
        return refusedState(await this.#state(orderId), viewer);
    }
  }

  async #state(orderId: OrderId): Promise<OrderState> {
    return (await this.dependencies.commands.load(order, orderStream(orderId))).state;
  }

  async #left(orderId: OrderId): Promise<Money | null> {
    const state = await this.#state(orderId);
    return 'invoiceNumber' in state ? refundable(state) : null;
  }

  async #shipment(orderId: OrderId): Promise<Pick<Extract<ShipmentState, { kind: 'open' }>, 'label'>> {
    const { state } = await this.dependencies.commands.load(shipment, shipmentStream(orderId));
    return state.kind === 'open' ? state : { label: null };
  }
}

type Refusal = OrderRejection | { readonly code: 'IdempotencyConflict' };

const idIn = ({ orderId }: { readonly orderId: string }): OrderId | null =>
  isIdentifier(orderId) ? OrderId(orderId) : null;
