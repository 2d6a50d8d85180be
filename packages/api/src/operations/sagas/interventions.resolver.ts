// Requests of operators to the process managers of an order, its fulfilment among them: try a step now, count one as done
// by hand, or move a deadline.
import {
  interventionStream,
  type DeadlineName,
  type InterventionCommand,
  type InterventionRejection,
} from '@holdfast/checkout';
import {
  fulfilmentRequestStream,
  fulfilmentStream,
  isFulfilmentStep,
  type FulfilmentRequestCommand,
  type FulfilmentRequestRejection,
} from '@holdfast/fulfilment';
import { timersOf, type Timer } from '@holdfast/projections';
import { collections } from '../../queries/read-models.js';
import { assertNever, isIdentifier, OrderId, type RecordedEvent } from '@holdfast/kernel';
import type { CommandOutcome } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { CommandMessage } from '../../commands/command-bus.js';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { commandIdOf } from '../../commands/derivations.js';
import { commandContext, staffActor } from '../../commands/command-context.js';
import { foldedDocument, freshDocument } from '../../queries/documents.js';
import { Closing } from '../../graphql/closing.js';
import { idempotencyConflict, invalidInput, notFound, validationError } from '../../graphql/errors.js';
import { idempotencyKey, text } from '../../graphql/inputs.js';
import { foldedSaga, sagaStreams } from '../../orders/order-documents.js';
import type { SignedIn } from '../../graphql/request-context.js';
import { syncedEvents } from '../log/log.js';
import { sagaOf } from './checkout-state.js';
import { fulfilmentOf } from './fulfilment-state.js';

const sagaStepInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  step: text(100),
  reason: text(500),
});
type SagaStepInput = z.infer<typeof sagaStepInput>;

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

/** How long a mutation waits for the decision of the checkout, which may run in another process. */
const decisionMs = 3_000;

type Intervention = 'retrySagaStep' | 'settleSagaStep';

const commandTypes = {
  retrySagaStep: 'RequestStepRetry',
  settleSagaStep: 'RequestStepSettlement',
} as const satisfies Readonly<Record<Intervention, InterventionCommand['type']>>;
const fulfilmentCommands = {
  retrySagaStep: 'RequestFulfilmentRetry',
  settleSagaStep: 'RequestFulfilmentSettlement',
} as const satisfies Readonly<Record<Intervention, FulfilmentRequestCommand['type']>>;

@Resolver()
export class InterventionsResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(Closing) private readonly closing: Closing,
  ) {}

  @Mutation('retrySagaStep')
  retrySagaStep(@Args('input') given: unknown, @Context() context: SignedIn) {
    return this.#intervene('retrySagaStep', given, context);
  }

  @Mutation('settleSagaStep')
  settleSagaStep(@Args('input') given: unknown, @Context() context: SignedIn) {
    return this.#intervene('settleSagaStep', given, context);
  }

  @Mutation('moveTimer')
  async moveTimer(@Args('input') given: unknown, @Context() { viewer, load }: SignedIn) {
    const parsed = moveTimerInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, kind, dueAt: wanted, reason } = parsed.data;
    if (!isIdentifier(parsed.data.orderId)) return notFound('saga');
    const orderId = OrderId(parsed.data.orderId);
    const commandId = commandIdOf(viewer.id, 'moveTimer', key);
    const known = await Promise.all(timersOf(orderId).map((id) => load<Timer>(collections.timers, id)));
    const armed = known.find((timer) => timer?.kind === kind && timer.state === 'ARMED') ?? null;
    if (!(await this.#isRepeated(interventionStream(orderId), commandId))) {
      if (armed === null) return validationError('kind: no such deadline is armed', ['kind']);
      if (kind === 'reservation' && wanted !== null && wanted > armed.dueAt)
        return validationError('dueAt: the customer sees this time, it can only be brought forward', [
          'dueAt',
        ]);
    }
    const now = new Date(this.dependencies.environment.clock.now()).toISOString();
    const data = { orderId, deadline: kind as DeadlineName, dueAt: wanted ?? now, reason };
    const content = { orderId, kind, dueAt: wanted, reason };
    const outcome = await this.commandBus.execute(
      new CommandMessage(
        { type: 'RequestDeadlineMove', data },
        commandContext(commandId, staffActor(viewer), content, orderId),
      ),
    );
    if (!outcome.ok) return refused(outcome.rejection);
    return this.#answer(orderId, outcome);
  }

  async #isRepeated(requests: string, commandId: string): Promise<boolean> {
    const earlier = await syncedEvents(this.dependencies.store, requests);
    return earlier.some(({ metadata }) => metadata.commandId === commandId);
  }

  async #intervene(operation: Intervention, given: unknown, { viewer }: SignedIn) {
    const parsed = sagaStepInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const { idempotencyKey: key, step, reason } = parsed.data;
    if (!isIdentifier(parsed.data.orderId)) return notFound('saga');
    const orderId = OrderId(parsed.data.orderId);
    const commandId = commandIdOf(viewer.id, operation, key);
    const refusal = await this.#refusal(operation, orderId, commandId, parsed.data);
    if (refusal !== null) return refusal;
    const data = { orderId, step, reason };
    const command = isFulfilmentStep(step)
      ? { type: fulfilmentCommands[operation], data }
      : { type: commandTypes[operation], data };
    const context = commandContext(commandId, staffActor(viewer), data, orderId);
    const outcome = await this.commandBus.execute(new CommandMessage(command, context));
    if (!outcome.ok) return refused(outcome.rejection);
    return this.#answer(orderId, outcome);
  }

  /** The refusal of a request that would change nothing; null when it may change something, or is a repeated request. */
  async #refusal(operation: Intervention, orderId: OrderId, commandId: string, { step }: SagaStepInput) {
    const { store } = this.dependencies;
    const asked = isFulfilmentStep(step) ? await fulfilmentOf(store, orderId) : await sagaOf(store, orderId);
    if (!asked.isKnown) return notFound('saga');
    const possible = operation === 'retrySagaStep' ? asked.canBeRetried(step) : asked.canBeSettled(step);
    if (possible) return null;
    const requests = isFulfilmentStep(step) ? fulfilmentRequestStream(orderId) : interventionStream(orderId);
    if (await this.#isRepeated(requests, commandId)) return null;
    return operation === 'retrySagaStep'
      ? validationError('step: not a step that is pending now', ['step'])
      : validationError('step: not a pending step that can be done by hand', ['step']);
  }

  /** The saga after the decision about the request, or in its present state when there was none in time. */
  async #answer(orderId: OrderId, { stream, revision }: CommandOutcome & { readonly ok: true }) {
    const { store } = this.dependencies;
    const [request] = await syncedEvents(store, stream, { from: revision, limit: 1 });
    const decided = request === undefined ? null : await this.#decisionOn(orderId, request);
    const folded = foldedSaga(this.dependencies.commands);
    const position = decided?.position ?? (await store.end()).synced;
    const saga =
      decided === null || decided.stream === fulfilmentStream(orderId)
        ? await foldedDocument(store, folded, orderId, position)
        : await freshDocument(this.dependencies, folded, orderId, position, decided.stream);
    return saga === null ? notFound('saga') : { __typename: 'SagaSuccess', saga, position };
  }

  /** The decision about a request; null when there is none in time. */
  async #decisionOn(orderId: OrderId, request: RecordedEvent): Promise<RecordedEvent | null> {
    const { feed, environment, commands } = this.dependencies;
    const giveUp = new AbortController();
    const cancel = environment.scheduler.after(decisionMs, () => giveUp.abort());
    const signal = AbortSignal.any([giveUp.signal, this.closing.signal]);
    const streams = [...(await sagaStreams(commands, orderId)), fulfilmentStream(orderId)];
    const following = { streams, after: request.position, signal };
    try {
      for await (const events of feed(following))
        for (const event of events) if (event.metadata.causationId === request.id) return event;
      return null;
    } finally {
      cancel();
    }
  }
}

type Rejection = InterventionRejection | FulfilmentRequestRejection;

function refused({ code }: Rejection | { readonly code: 'IdempotencyConflict' }) {
  switch (code) {
    case 'IdempotencyConflict':
      return idempotencyConflict();
    case 'UnknownStep':
      return validationError('step: not a step of a checkout', ['step']);
    case 'NotDoneByHand':
      return validationError('step: can not be done by hand', ['step']);
    default:
      return assertNever(code);
  }
}
