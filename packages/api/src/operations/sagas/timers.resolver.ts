// The armed deadlines of orders: an operator can fire one now, or give it another time. The end of a reservation can only
// be brought forward, because the customer has seen it.
import { interventionStream, type DeadlineName } from '@holdfast/checkout';
import { isIdentifier, OrderId } from '@holdfast/kernel';
import { timersOf, type Timer } from '@holdfast/projections';
import type { CommandOutcome } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { CommandMessage } from '../../commands/command-bus.js';
import { commandContext, staffActor } from '../../commands/command-context.js';
import { commandIdOf } from '../../commands/derivations.js';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { Closing } from '../../graphql/closing.js';
import {
  badInput,
  graphQLError,
  idempotencyConflict,
  invalidInput,
  notFound,
  validationError,
} from '../../graphql/errors.js';
import { idempotencyKey, text } from '../../graphql/inputs.js';
import { reasonArgument } from '../../graphql/reasons.js';
import type { SignedIn } from '../../graphql/request-context.js';
import type { MutationFireTimerArgs, MutationRescheduleTimerArgs } from '../../graphql/schema.types.js';
import { feedWithin } from '../../live/feed-within.js';
import { GetDocument } from '../../queries/queries.js';
import { collections } from '../../queries/read-models.js';
import { decidedSaga, decisionOn, isRepeated } from './decided-saga.js';

const tooLate = 'dueAt: the customer has seen the present time, so it can only be made earlier';

const moveTimerInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  kind: text(100),
  dueAt: z
    .string()
    .transform((at) => new Date(at).toISOString())
    .nullish()
    .transform((at) => at ?? null),
  reason: text(500),
});

/** `dueAt` null: now. */
type Move = {
  readonly orderId: OrderId;
  readonly kind: string;
  readonly dueAt: string | null;
  readonly reason: string;
};

@Resolver()
export class TimersResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
    @Inject(Closing) private readonly closing: Closing,
  ) {}

  @Mutation('moveTimer')
  async moveTimer(@Args('input') given: unknown, @Context() { viewer, load }: SignedIn) {
    const parsed = moveTimerInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, ...asked } = parsed.data;
    if (!isIdentifier(asked.orderId)) return notFound('saga');
    const move: Move = { ...asked, orderId: OrderId(asked.orderId) };
    const commandId = commandIdOf(viewer.id, 'moveTimer', key);
    const known = await Promise.all(timersOf(move.orderId).map((id) => load<Timer>(collections.timers, id)));
    const armed = known.find((timer) => timer?.kind === move.kind && timer.state === 'ARMED') ?? null;
    if (!(await isRepeated(this.dependencies, interventionStream(move.orderId), commandId))) {
      if (armed === null)
        return validationError('kind: the order has no armed deadline of this kind', ['kind']);
      if (isHeldLonger(armed, move.dueAt)) return validationError(tooLate, ['dueAt']);
    }
    const outcome = await this.#move(move, commandId, viewer);
    return outcome.ok ? decidedSaga(this.#awaiting, move.orderId, outcome) : idempotencyConflict();
  }

  @Mutation('fireTimer')
  async fireTimer(@Args() { id, reason }: MutationFireTimerArgs, @Context() { viewer }: SignedIn) {
    const why = reasonArgument(reason);
    const timer = await this.#timer(id);
    // The request was sent again, after its first sending fired the deadline.
    if (timer.state === 'FIRED') return timer;
    return this.#moved(timer, null, why, viewer);
  }

  @Mutation('rescheduleTimer')
  async rescheduleTimer(
    @Args() { id, dueAt, reason }: MutationRescheduleTimerArgs,
    @Context() { viewer }: SignedIn,
  ) {
    const why = reasonArgument(reason);
    const timer = await this.#timer(id);
    const wanted = new Date(dueAt).toISOString();
    if (timer.state === 'ARMED' && timer.dueAt === wanted) return timer;
    if (isHeldLonger(timer, wanted)) throw badInput(tooLate);
    return this.#moved(timer, wanted, why, viewer);
  }

  get #awaiting() {
    return { dependencies: this.dependencies, closing: this.closing };
  }

  /** @throws GraphQLError NOT_FOUND */
  async #timer(id: string, atLeast?: number): Promise<Timer> {
    const query = new GetDocument<Timer>(collections.timers, id, atLeast ?? null);
    const timer = await this.queryBus.execute(query);
    if (timer === null) throw graphQLError('NOT_FOUND', 'no such timer');
    return timer;
  }

  /** Returns the timer after the move. A timer that is due now is FIRED, unless the order went on first. */
  async #moved(
    { id, state, orderId: order, kind }: Timer,
    dueAt: string | null,
    reason: string,
    viewer: SignedIn['viewer'],
  ): Promise<Timer> {
    if (state !== 'ARMED')
      throw badInput('id: the timer is not armed any more: it has come due or was cleared');
    const orderId = OrderId(order);
    const commandId = this.dependencies.environment.ids.next();
    const outcome = await this.#move({ orderId, kind, dueAt, reason }, commandId, viewer);
    if (!outcome.ok) throw badInput('id: this timer can’t be moved');
    const decided = await decisionOn(this.#awaiting, orderId, outcome);
    if (decided === null)
      throw graphQLError(
        'SERVICE_UNAVAILABLE',
        'the order has not reacted in time: the timer may still move, look again',
      );
    const moved = await this.#timer(id, decided.position);
    if (dueAt !== null || moved.state !== 'ARMED') return moved;
    const next = await this.#nextDecision(decided);
    return next === null ? moved : this.#timer(id, next);
  }

  /** Returns the position of the process's next decision after `decided`; null when there was none in time. */
  async #nextDecision({ stream, position }: { readonly stream: string; readonly position: number }) {
    const following = { streams: [stream], after: position };
    const waiting = { timeoutMs: firedMs, closing: this.closing.signal };
    for await (const [next] of feedWithin(this.dependencies, following, waiting))
      if (next !== undefined) return next.position;
    return null;
  }

  #move(
    { orderId, kind, dueAt, reason }: Move,
    commandId: string,
    viewer: SignedIn['viewer'],
  ): Promise<CommandOutcome> {
    const now = new Date(this.dependencies.environment.clock.now()).toISOString();
    const data = { orderId, deadline: kind as DeadlineName, dueAt: dueAt ?? now, reason };
    return this.commandBus.execute(
      new CommandMessage(
        { type: 'RequestDeadlineMove', data },
        commandContext(commandId, staffActor(viewer), { orderId, kind, dueAt, reason }, orderId),
      ),
    );
  }
}

/** How long `fireTimer` waits for the decision about the deadline. */
const firedMs = 3_000;

const isHeldLonger = ({ kind, dueAt }: Timer, wanted: string | null): boolean =>
  kind === 'reservation' && wanted !== null && wanted > dueAt;
