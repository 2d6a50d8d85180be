// More time to pay: the customer of a reserved order may ask for it, once.
import { isIdentifier, OrderId } from '@holdfast/kernel';
import { nextActions, order, orderStream, type OrderRejection, type OrderState } from '@holdfast/ordering';
import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { CommandMessage } from '../commands/command-bus.js';
import { commandIdOf } from '../commands/derivations.js';
import { customerActor, commandContext } from '../commands/command-context.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import {
  errorResult,
  idempotencyConflict,
  invalidInput,
  notFound,
  orderStateError,
} from '../graphql/errors.js';
import { idempotencyKey } from '../graphql/inputs.js';
import type { SignedIn } from '../graphql/request-context.js';
import { freshDocument } from '../queries/documents.js';
import { foldedOrder } from './order-documents.js';

const extendReservationInput = z.object({ idempotencyKey, orderId: z.string() });

/** The length of an extension, unless the settings have one. */
const fifteenMinutes = 15 * 60_000;

@Resolver()
export class ReservationResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
  ) {}

  @Mutation('extendReservation')
  async extendReservation(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = extendReservationInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, orderId: id } = parsed.data;
    const state = isIdentifier(id) ? await this.#state(OrderId(id)) : null;
    // To a caller, another customer's order looks like one that does not exist.
    if (state === null || state.status === 'NOT_PLACED' || state.placed.customerId !== viewer.id)
      return notFound('order');
    const orderId = OrderId(id);
    const { environment, settings } = this.dependencies;
    const at = new Date(environment.clock.now()).toISOString();
    const data = { orderId, at, byMs: settings.reservationTtlMs ?? fifteenMinutes };
    const commandId = commandIdOf(viewer.id, 'extendReservation', key);
    const outcome = await this.commandBus.execute(
      new CommandMessage(
        { type: 'ExtendReservation', data },
        commandContext(commandId, customerActor(viewer), { orderId }, orderId),
      ),
    );
    if (!outcome.ok) return refused(outcome.rejection);
    const folded = foldedOrder(this.dependencies.commands);
    const found = await freshDocument(this.dependencies, folded, orderId, outcome.position);
    return found === null
      ? notFound('order')
      : { __typename: 'OrderSuccess', order: found, position: found.position };
  }

  async #state(orderId: OrderId): Promise<OrderState> {
    return (await this.dependencies.commands.load(order, orderStream(orderId))).state;
  }
}

function refused(rejection: OrderRejection | { readonly code: 'IdempotencyConflict' }) {
  switch (rejection.code) {
    case 'IdempotencyConflict':
      return idempotencyConflict();
    case 'ReservationExtended': {
      const { status, expiresAt } = rejection;
      const message = `the reservation was extended before: it ends at ${expiresAt}`;
      const error = errorResult('OrderStateError', 'RESERVATION_EXTENDED', message);
      return { ...error, status, allowed: nextActions(status) };
    }
    case 'ReservationNotExtendable': {
      const { status } = rejection;
      return orderStateError(`the order is ${status}: no reservation waits`, status, nextActions(status));
    }
    default:
      return notFound('order');
  }
}
