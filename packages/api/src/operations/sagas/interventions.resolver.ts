// Requests of operators to the process managers of an order, its fulfilment among them: try a step now, or count one as
// done by hand.
import { interventionStream, type InterventionCommand, type InterventionRejection } from '@holdfast/checkout';
import {
  fulfilmentRequestStream,
  isFulfilmentStep,
  type FulfilmentRequestCommand,
  type FulfilmentRequestRejection,
} from '@holdfast/fulfilment';
import { assertNever, isIdentifier, OrderId } from '@holdfast/kernel';
import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { CommandMessage } from '../../commands/command-bus.js';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { commandIdOf } from '../../commands/derivations.js';
import { commandContext, staffActor } from '../../commands/command-context.js';
import { Closing } from '../../graphql/closing.js';
import { idempotencyConflict, invalidInput, notFound, validationError } from '../../graphql/errors.js';
import { idempotencyKey, text } from '../../graphql/inputs.js';
import type { SignedIn } from '../../graphql/request-context.js';
import { sagaOf } from './checkout-state.js';
import { decidedSaga, isRepeated } from './decided-saga.js';
import { fulfilmentOf } from './fulfilment-state.js';

const sagaStepInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  step: text(100),
  reason: text(500),
});
type SagaStepInput = z.infer<typeof sagaStepInput>;

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
    return decidedSaga({ dependencies: this.dependencies, closing: this.closing }, orderId, outcome);
  }

  /** The refusal of a request that would change nothing; null when it may change something, or is a repeated request. */
  async #refusal(operation: Intervention, orderId: OrderId, commandId: string, { step }: SagaStepInput) {
    const { store } = this.dependencies;
    const asked = isFulfilmentStep(step) ? await fulfilmentOf(store, orderId) : await sagaOf(store, orderId);
    if (!asked.isKnown) return notFound('saga');
    const possible = operation === 'retrySagaStep' ? asked.canBeRetried(step) : asked.canBeSettled(step);
    if (possible) return null;
    const requests = isFulfilmentStep(step) ? fulfilmentRequestStream(orderId) : interventionStream(orderId);
    if (await isRepeated(this.dependencies, requests, commandId)) return null;
    return operation === 'retrySagaStep'
      ? validationError('step: is not pending now, so there is nothing to retry', ['step'])
      : validationError(
          'step: is not pending now, or its effect has to be in the log: it can’t be done by hand',
          ['step'],
        );
  }
}

type Rejection = InterventionRejection | FulfilmentRequestRejection;

function refused({ code }: Rejection | { readonly code: 'IdempotencyConflict' }) {
  switch (code) {
    case 'IdempotencyConflict':
      return idempotencyConflict();
    case 'UnknownStep':
      return validationError('step: is no step of a checkout', ['step']);
    case 'NotDoneByHand':
      return validationError('step: its effect has to be in the log, so it can’t be done by hand', ['step']);
    default:
      return assertNever(code);
  }
}
