// Orders that are held for review: a staff member approves or rejects each of them once, with a reason.
import { isIdentifier, OrderId } from '@holdfast/kernel';
import { nextActions, order, orderStream, type OrderRejection, type OrderStatus } from '@holdfast/ordering';
import type { OrderSummary } from '@holdfast/projections';
import type { CommandOutcome } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { CommandMessage } from '../commands/command-bus.js';
import { commandIdOf } from '../commands/derivations.js';
import { commandContext, staffActor } from '../commands/command-context.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { Closing } from '../graphql/closing.js';
import { idempotencyConflict, invalidInput, notFound, orderStateError } from '../graphql/errors.js';
import { idempotencyKey, text } from '../graphql/inputs.js';
import type { SignedIn } from '../graphql/request-context.js';
import { freshDocument, type Folded } from '../queries/documents.js';
import { foldedOrder, positionOnce } from './order-documents.js';

const reviewOrderInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  approve: z.boolean(),
  reason: text(500),
});

/** Statuses of an order whose process has not acted on the decision yet. */
const before: readonly OrderStatus[] = ['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'UNDER_REVIEW'];

/** How long the mutation waits until the checkout, which may run in another process, acts on the decision. */
const followedMs = 3_000;

@Resolver()
export class ReviewResolver {
  readonly #folded: Folded<OrderSummary>;

  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(Closing) private readonly closing: Closing,
  ) {
    this.#folded = foldedOrder(dependencies.commands);
  }

  @Mutation('reviewOrder')
  async reviewOrder(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = reviewOrderInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, approve: approved, reason } = parsed.data;
    if (!isIdentifier(parsed.data.orderId)) return notFound('order');
    const orderId = OrderId(parsed.data.orderId);
    const commandId = commandIdOf(viewer.id, 'reviewOrder', key);
    const data = { orderId, approved, reason };
    const outcome = await this.commandBus.execute(
      new CommandMessage(
        { type: 'Review', data },
        commandContext(commandId, staffActor(viewer), data, orderId),
      ),
    );
    if (!outcome.ok) return refused(outcome.rejection);
    // Another person has made the same decision. Only one of them gets a success, so that both know whose decision counts.
    if (outcome.repeated && !(await this.#isEffectOf(outcome, commandId)))
      return wrongState((await this.#status(orderId)) ?? 'UNDER_REVIEW');
    const waiting = { timeoutMs: followedMs, closing: this.closing.signal };
    const isOver = (status: OrderStatus): boolean => !before.includes(status);
    const reached = await positionOnce(this.dependencies, orderId, isOver, waiting);
    const position = Math.max(outcome.position, reached ?? outcome.position);
    const found = await freshDocument(this.dependencies, this.#folded, orderId, position);
    return found === null
      ? notFound('order')
      : { __typename: 'OrderSuccess', order: found, position: found.position };
  }

  /** Whether this command itself had the effect, now or earlier. */
  async #isEffectOf({ stream, revision }: CommandOutcome & { readonly ok: true }, commandId: string) {
    const [event] = await this.dependencies.store.readStream(stream, { from: revision, limit: 1 });
    return event?.metadata.commandId === commandId;
  }

  async #status(orderId: OrderId): Promise<OrderStatus | null> {
    const { state } = await this.dependencies.commands.load(order, orderStream(orderId));
    return state.status === 'NOT_PLACED' ? null : state.status;
  }
}

const wrongState = (status: OrderStatus) =>
  orderStateError(`the order is ${status}, or a decision is made on it`, status, nextActions(status));

function refused(rejection: OrderRejection | { readonly code: 'IdempotencyConflict' }) {
  switch (rejection.code) {
    case 'IdempotencyConflict':
      return idempotencyConflict();
    case 'OrderNotReviewable':
      return wrongState(rejection.status);
    default:
      return notFound('order');
  }
}
