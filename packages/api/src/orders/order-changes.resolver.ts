// Paying and cancelling an order.
import { isIdentifier, OrderId } from '@holdfast/kernel';
import { nextActions, type OrderStatus } from '@holdfast/ordering';
import type { CommandOutcome } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { customerActor, staffActor } from '../commands/command-context.js';
import { commandIdOf } from '../commands/derivations.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { Closing } from '../graphql/closing.js';
import {
  badInput,
  idempotencyConflict,
  invalidInput,
  notFound,
  orderStateError,
  validationError,
} from '../graphql/errors.js';
import { cardToken, idempotencyKey, optional, returnUrl, waitMs } from '../graphql/inputs.js';
import type { SignedIn } from '../graphql/request-context.js';
import { cardsNotTaken } from '../payments/cards.js';
import type { Viewer } from '../people/viewer.js';
import { foldedDocument } from '../queries/documents.js';
import { attemptDecided, paymentDeclined, undecided, waitsForCustomer } from './card-attempt.js';
import { executeOn } from './execute-order.js';
import { cancelsForOthers } from './order-actions.js';
import { customerOf, orderState } from './order-owners.js';
import { OrderResults, type Refusal } from './order-results.js';

const payOrderInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  method: z.enum(['WALLET', 'CARD']),
  cardToken: optional(cardToken),
  returnUrl: optional(returnUrl),
  waitMs,
});
const cancelOrderInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  reason: z.string().max(500).nullish(),
});

@Resolver()
export class OrderChangesResolver {
  readonly #results: OrderResults;

  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(Closing) private readonly closing: Closing,
  ) {
    this.#results = new OrderResults(dependencies, closing.signal);
  }

  @Mutation('payOrder')
  async payOrder(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = payOrderInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const {
      idempotencyKey: key,
      method,
      waitMs: timeoutMs,
      cardToken: card,
      returnUrl: backTo,
    } = parsed.data;
    if (viewer.isGuest === true && method === 'WALLET')
      return validationError('method: a guest has no wallet, and pays by card', ['method']);
    const orderId = await this.#ownOrder(parsed.data.orderId, viewer);
    if (orderId === null) return notFound('order');
    if (method === 'CARD' && (this.dependencies.cards ?? null) === null) return cardsNotTaken('method');
    const data = {
      ...{ orderId, method },
      ...(card !== undefined && { cardToken: card }),
      ...(backTo !== undefined && { returnUrl: backTo }),
    };
    const request = { key, content: data };
    const command = { type: 'StartPayment', data } as const;
    const outcome = await executeOn(this.commandBus, command, viewer, request, 'payOrder');
    if (!outcome.ok) return changeRefused(outcome.rejection);
    // An earlier payment already satisfied the command. The customer must not think that they paid twice.
    if (outcome.repeated && !(await this.#isEffectOf(outcome, commandIdOf(viewer.id, 'payOrder', key))))
      return wrongState((await orderState(this.dependencies.commands, orderId)).status);
    if (method === 'CARD') return this.#answerOfCard(orderId, outcome, viewer, timeoutMs);
    return this.#results.once(orderId, (status) => !undecided.includes(status), timeoutMs);
  }

  @Mutation('cancelOrder')
  async cancelOrder(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = cancelOrderInput.safeParse(given);
    // the union has no member for this
    if (!parsed.success) throw badInput(invalidInput(parsed.error).message);
    const { idempotencyKey: key } = parsed.data;
    const note = parsed.data.reason ?? undefined;
    const own = await this.#ownOrder(parsed.data.orderId, viewer);
    const orderId = own ?? (cancelsForOthers(viewer) ? await this.#anyOrder(parsed.data.orderId) : null);
    if (orderId === null) return notFound('order');
    if (own === null && (note ?? '').trim() === '') throw badInput('reason: staff have to give one');
    const data = { orderId, reason: 'CUSTOMER_CANCELLED', ...(note !== undefined && { note }) } as const;
    const request = { key, content: { orderId, note } };
    const actor = own === null ? staffActor(viewer) : customerActor(viewer);
    const outcome = await executeOn(
      this.commandBus,
      { type: 'Cancel', data },
      viewer,
      request,
      'cancelOrder',
      actor,
    );
    if (!outcome.ok) return changeRefused(outcome.rejection);
    return this.#results.success(await this.#results.at(orderId, outcome.position));
  }

  /**
   * Returns the order once its card payment is decided or its customer has to go to a page. A repeated request may come
   * from a customer that returned from the page, so it looks the payment up at the gateway.
   */
  async #answerOfCard(
    orderId: OrderId,
    outcome: CommandOutcome & { readonly ok: true },
    viewer: Viewer,
    timeoutMs: number,
  ) {
    const { store, environment } = this.dependencies;
    const [started] = await store.readStream(outcome.stream, { from: outcome.revision, limit: 1 });
    const { attempt } = started?.data as { readonly attempt: number };
    const payment = { orderId, attempt };
    if (outcome.repeated) {
      const request = { id: environment.ids.next(), actor: customerActor(viewer) };
      // While the gateway is away, its webhook will bring the outcome.
      await this.dependencies.cards?.lookAgain(payment, request).catch(() => undefined);
    }
    const isBack = outcome.repeated && !(await waitsForCustomer(store, payment));
    const waiting = { timeoutMs, closing: this.closing.signal };
    const sought = { ...payment, after: outcome.position - 1, isBack };
    const reached = await attemptDecided(this.dependencies, sought, waiting);
    const upTo = Math.max(reached ?? -1, (await store.end()).synced);
    const found = await foldedDocument(store, this.#results.folded, orderId, upTo);
    return (found === null ? null : paymentDeclined(found)) ?? this.#results.success(found);
  }

  /** Null for an order that does not exist, and for an order of another customer. */
  async #ownOrder(id: string, viewer: Viewer): Promise<OrderId | null> {
    if (!isIdentifier(id)) return null;
    return (await customerOf(this.dependencies.commands, id)) === viewer.id ? OrderId(id) : null;
  }

  async #anyOrder(id: string): Promise<OrderId | null> {
    return isIdentifier(id) && (await customerOf(this.dependencies.commands, id)) !== null
      ? OrderId(id)
      : null;
  }

  /** Whether this command itself had the effect, now or when it was first sent; false when an earlier command had it. */
  async #isEffectOf({ stream, revision }: CommandOutcome & { readonly ok: true }, commandId: string) {
    const [event] = await this.dependencies.store.readStream(stream, { from: revision, limit: 1 });
    return event?.metadata.commandId === commandId;
  }
}

const wrongState = (status: OrderStatus | 'NOT_PLACED') =>
  status === 'NOT_PLACED'
    ? notFound('order')
    : orderStateError(`the order is ${status}`, status, nextActions(status));

function changeRefused(rejection: Refusal) {
  switch (rejection.code) {
    case 'IdempotencyConflict':
      return idempotencyConflict();
    case 'OrderNotPayable':
    case 'OrderNotCancellable':
    case 'OrderNotReady':
    case 'OrderEnded':
      return wrongState(rejection.status);
    default:
      return notFound('order');
  }
}
