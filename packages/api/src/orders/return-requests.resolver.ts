// Requests to send goods back: a customer or guest asks on an own order, and staff decline.
import { isIdentifier, OrderId, Sku } from '@holdfast/kernel';
import type { OrderSummary, ReturnRequestSummary } from '@holdfast/projections';
import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { staffActor } from '../commands/command-context.js';
import { commandIdOf } from '../commands/derivations.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { Closing } from '../graphql/closing.js';
import { idempotencyConflict, invalidInput, notFound, validationError } from '../graphql/errors.js';
import { goodsBackInput, idempotencyKey, text } from '../graphql/inputs.js';
import type { SignedIn } from '../graphql/request-context.js';
import type { Viewer } from '../people/viewer.js';
import { executeOn } from './execute-order.js';
import { refusedState } from './order-actions.js';
import { customerOf, orderState } from './order-owners.js';
import { OrderResults, type Refusal } from './order-results.js';

const declineReturnInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  requestId: z.string().max(200),
  reason: text(500),
});

@Resolver('Order')
export class ReturnRequestsResolver {
  readonly #results: OrderResults;

  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(Closing) closing: Closing,
  ) {
    this.#results = new OrderResults(dependencies, closing.signal);
  }

  @ResolveField('returnRequests')
  returnRequests(@Parent() { returnRequests }: OrderSummary) {
    return returnRequests.map(({ open, ...request }) => ({
      ...request,
      status: statusOf({ open, ...request }),
      openLines: open,
    }));
  }

  @Mutation('requestReturn')
  async requestReturn(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = goodsBackInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, reason } = parsed.data;
    const lines = parsed.data.lines.map((line) => ({ sku: Sku(line.sku), quantity: line.quantity }));
    const orderId = await this.#existing(parsed.data.orderId, viewer.id);
    if (orderId === null) return notFound('order');
    const requestId = commandIdOf(viewer.id, 'requestReturn', key);
    const command = { type: 'RequestReturn', data: { orderId, requestId, lines, reason } } as const;
    const request = { key, content: { orderId, lines, reason } };
    const outcome = await executeOn(this.commandBus, command, viewer, request, 'requestReturn');
    if (outcome.ok) return this.#results.success(await this.#results.at(orderId, outcome.position));
    const { rejection } = outcome;
    if (rejection.code !== 'ReturnRequestExceedsLeft') return this.#refused(rejection, orderId, viewer);
    const { sku: over, left } = rejection;
    const fields = lines.flatMap((line, index) => (line.sku === over ? [`lines.${index}.quantity`] : []));
    return validationError(`lines: ${left} of ${over} can be asked for`, fields);
  }

  @Mutation('declineReturn')
  async declineReturn(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = declineReturnInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, requestId, reason } = parsed.data;
    const orderId = await this.#existing(parsed.data.orderId);
    if (orderId === null) return notFound('order');
    const data = { orderId, requestId, reason };
    const outcome = await executeOn(
      this.commandBus,
      { type: 'DeclineReturn', data },
      viewer,
      { key, content: data },
      'declineReturn',
      staffActor(viewer),
    );
    return outcome.ok
      ? this.#results.success(await this.#results.at(orderId, outcome.position))
      : this.#refused(outcome.rejection, orderId, viewer);
  }

  async #refused(rejection: Refusal, orderId: OrderId, viewer: Viewer) {
    switch (rejection.code) {
      case 'IdempotencyConflict':
        return idempotencyConflict();
      case 'ReturnRequestNotFound':
        return notFound('return request');
      case 'ReturnRequestFulfilled': {
        const state = await orderState(this.dependencies.commands, orderId);
        return refusedState(state, viewer, 'all goods of this request have come back');
      }
      default:
        return refusedState(await orderState(this.dependencies.commands, orderId), viewer);
    }
  }

  /** Null for an order that does not exist, and with `ofCustomer` for an order of another customer. */
  async #existing(id: string, ofCustomer?: string): Promise<OrderId | null> {
    const customerId = isIdentifier(id) ? await customerOf(this.dependencies.commands, id) : null;
    return customerId !== null && (ofCustomer ?? customerId) === customerId ? OrderId(id) : null;
  }
}

function statusOf({ open, declineReason }: ReturnRequestSummary): 'OPEN' | 'CAME_BACK' | 'DECLINED' {
  if (declineReason !== null) return 'DECLINED';
  return open.length > 0 ? 'OPEN' : 'CAME_BACK';
}
