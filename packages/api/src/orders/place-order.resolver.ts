// Placing an order, and the wait for its end when the caller asks for it.
import { OrderId, streamId } from '@holdfast/kernel';
import type { OrderStatus } from '@holdfast/ordering';
import type { CommandOutcome } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { Closing } from '../graphql/closing.js';
import {
  idempotencyConflict,
  invalidInput,
  rateLimited,
  unknownProducts,
  validationError,
} from '../graphql/errors.js';
import type { SignedIn } from '../graphql/request-context.js';
import { cardsNotTaken } from '../payments/cards.js';
import { createRateLimits, type RateLimits } from '../people/rate-limits.js';
import type { Viewer } from '../people/viewer.js';
import { answerMs, foldedDocument } from '../queries/documents.js';
import { executeOn } from './execute-order.js';
import { mayLackStock } from './order-documents.js';
import { OrderResults, type Refusal } from './order-results.js';
import { watchedHistories, watchOrder, type OrderWatch } from './order-watch.js';
import {
  faultForCaller,
  placeOrderCommand,
  placeOrderContent,
  placeOrderInput,
  withHistory,
  type PlaceOrderInput,
} from './place-order.js';
import { changedPrice } from './price-change.js';
import { UnpaidOrders } from './unpaid-orders.js';

/** The most unpaid orders of a customer, unless the settings have a number. */
const mostUnpaid = 50;

const ended: readonly OrderStatus[] = ['FAILED', 'CANCELLED', 'DELIVERED'];

@Resolver()
export class PlaceOrderResolver {
  readonly #results: OrderResults;
  readonly #unpaid: UnpaidOrders;
  readonly #limits: RateLimits;

  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(Closing) private readonly closing: Closing,
  ) {
    const { commands, environment, settings } = dependencies;
    this.#results = new OrderResults(dependencies, closing.signal);
    this.#limits = createRateLimits(settings.limits);
    this.#unpaid = new UnpaidOrders(commands, environment.clock, settings.maxUnpaidOrders ?? mostUnpaid);
  }

  @Mutation('placeOrder')
  async placeOrder(@Args('input') given: unknown, @Context() { viewer, address }: SignedIn) {
    const parsed = placeOrderInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const input = parsed.data;
    const unfit = await this.#unfit(input, viewer, address);
    if (unfit !== null) return unfit;
    const { commands, environment, settings } = this.dependencies;
    const asked = await placeOrderCommand(this.dependencies, viewer.id, input, settings);
    if ('unknownSkus' in asked) return unknownProducts(asked.unknownSkus);
    const changed = await changedPrice(commands, asked, input.expectedTotal);
    if (changed !== null) return changed;
    const retryAfterMs = await this.#unpaid.exceeded(asked);
    if (retryAfterMs !== null) return rateLimited(retryAfterMs);
    const command = await withHistory(commands, environment.clock, asked);
    const request = { key: input.idempotencyKey, content: placeOrderContent(input) };
    const watch = watchOrder(this.dependencies, command.data, this.closing.signal);
    try {
      const outcome = await executeOn(this.commandBus, command, viewer, request, 'placeOrder');
      if (!outcome.ok) {
        this.#unpaid.forget(command);
        return placingRefused(outcome.rejection);
      }
      return outcome.repeated
        ? await this.#placedBefore(input, outcome)
        : await this.#placed(input, outcome, watch);
    } finally {
      watch.close();
    }
  }

  /** Returns the error of a caller that can't place this order now; null for a caller that can. */
  async #unfit(input: PlaceOrderInput, { isGuest = false }: Viewer, address: string) {
    if (input.paymentMethod === 'CARD' && (this.dependencies.cards ?? null) === null)
      return cardsNotTaken('paymentMethod');
    const fault = faultForCaller(isGuest, input);
    if (fault !== null || !isGuest) return fault;
    const retryAfterMs = await this.#limits.guestOrdersPerAddress.exceeded(address);
    return retryAfterMs === null ? null : rateLimited(retryAfterMs);
  }

  /** The order after its command: as it was placed, or, with `waitFor`, as it is after the wait. */
  async #placed(input: PlaceOrderInput, outcome: CommandOutcome & { readonly ok: true }, watch: OrderWatch) {
    const { position } = outcome;
    const orderId = OrderId(streamId(outcome.stream));
    const target = input.waitFor ?? null;
    const found =
      target === null
        ? await watch.until((placed) => placed.position >= position, answerMs)
        : await watch.until(({ status }) => status === target || ended.includes(status), input.waitMs);
    if (found !== null && found.history !== null) watchedHistories.set(found.order, found.history);
    if (target === null) {
      const { store } = this.dependencies;
      return this.#results.success(
        found?.order ?? (await foldedDocument(store, this.#results.folded, orderId, position)),
      );
    }
    // Shortages are read from the streams of the SKUs only where the result has them.
    return found !== null && !mayLackStock.includes(found.order.status)
      ? this.#results.success(found.order)
      : this.#results.ending(
          await this.#results.at(orderId, Math.max(position, found?.order.position ?? position)),
        );
  }

  /** The order of a repeated request: in its present state, or, with `waitFor`, after the wait. */
  async #placedBefore(input: PlaceOrderInput, outcome: CommandOutcome & { readonly ok: true }) {
    const orderId = OrderId(streamId(outcome.stream));
    const target = input.waitFor ?? null;
    if (target !== null)
      return this.#results.once(
        orderId,
        (status) => status === target || ended.includes(status),
        input.waitMs,
      );
    return this.#results.ending(await this.#results.at(orderId, outcome.position));
  }
}

function placingRefused(rejection: Refusal) {
  switch (rejection.code) {
    case 'IdempotencyConflict':
    case 'OrderAlreadyPlaced':
      return idempotencyConflict();
    case 'MixedCurrencies':
      return validationError('the products are sold in different currencies', ['lines']);
    case 'TotalTooLarge':
      return validationError('the total is too large', ['lines']);
    default:
      return validationError(`lines: ${rejection.code}`, ['lines']);
  }
}
