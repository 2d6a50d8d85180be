// Requests of operators to a checkout: try a step now, or count an undo as done by hand.
import { interventionStream, type InterventionCommand, type InterventionRejection } from '@holdfast/checkout';
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
import { freshDocument } from '../../queries/documents.js';
import { Closing } from '../../graphql/closing.js';
import { idempotencyConflict, invalidInput, notFound, validationError } from '../../graphql/errors.js';
import { idempotencyKey, text } from '../../graphql/inputs.js';
import { foldedSaga, sagaStreams } from '../../orders/order-documents.js';
import type { SignedIn } from '../../graphql/request-context.js';
import { syncedEvents } from '../log/log.js';
import { sagaOf } from './checkout-state.js';

const sagaStepInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  step: text(100),
  reason: text(500),
});
type SagaStepInput = z.infer<typeof sagaStepInput>;

/** How long a mutation waits for the decision of the checkout, which may run in another process. */
const decisionMs = 3_000;

type Intervention = 'retrySagaStep' | 'settleSagaStep';

const commandTypes = {
  retrySagaStep: 'RequestStepRetry',
  settleSagaStep: 'RequestStepSettlement',
} as const satisfies Readonly<Record<Intervention, InterventionCommand['type']>>;

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
    const outcome = await this.commandBus.execute(
      new CommandMessage(
        { type: commandTypes[operation], data },
        commandContext(commandId, staffActor(viewer), data, orderId),
      ),
    );
    if (!outcome.ok) return refused(outcome.rejection);
    return this.#answer(orderId, outcome);
  }

  /** The refusal of a request that would change nothing; null when it may change something, or is a repeated request. */
  async #refusal(operation: Intervention, orderId: OrderId, commandId: string, { step }: SagaStepInput) {
    const { store } = this.dependencies;
    const asked = await sagaOf(store, orderId);
    if (!asked.isKnown) return notFound('saga');
    const possible = operation === 'retrySagaStep' ? asked.canBeRetried(step) : asked.canBeSettled(step);
    if (possible) return null;
    const earlier = await syncedEvents(store, interventionStream(orderId));
    if (earlier.some(({ metadata }) => metadata.commandId === commandId)) return null;
    return operation === 'retrySagaStep'
      ? validationError('step: not a step that is pending now', ['step'])
      : validationError('step: not a pending undo that can be done by hand', ['step']);
  }

  /** The checkout after its decision about the request, or in its present state when it has not decided in time. */
  async #answer(orderId: OrderId, { stream, revision }: CommandOutcome & { readonly ok: true }) {
    const { store } = this.dependencies;
    const [request] = await syncedEvents(store, stream, { from: revision, limit: 1 });
    const decided = request === undefined ? null : await this.#decisionOn(orderId, request);
    const position = decided ?? (await store.end()).synced;
    const saga = await freshDocument(
      this.dependencies,
      foldedSaga(this.dependencies.commands),
      orderId,
      position,
    );
    return saga === null ? notFound('saga') : { __typename: 'SagaSuccess', saga, position };
  }

  /** Position of the checkout's decision about a request; null when there is none in time. */
  async #decisionOn(orderId: OrderId, request: RecordedEvent): Promise<number | null> {
    const { feed, environment, commands } = this.dependencies;
    const giveUp = new AbortController();
    const cancel = environment.scheduler.after(decisionMs, () => giveUp.abort());
    const signal = AbortSignal.any([giveUp.signal, this.closing.signal]);
    const streams = await sagaStreams(commands, orderId);
    const following = { streams, after: request.position, signal };
    try {
      for await (const events of feed(following))
        for (const { position, metadata } of events) if (metadata.causationId === request.id) return position;
      return null;
    } finally {
      cancel();
    }
  }
}

function refused({ code }: InterventionRejection | { readonly code: 'IdempotencyConflict' }) {
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
