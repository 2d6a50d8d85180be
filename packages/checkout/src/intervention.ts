// The requests of operators to the checkout of one order. The checkout decides whether a request still changes
// anything. Here only requests that no checkout could ever fulfil are refused.
import {
  accepted,
  assertNever,
  rejected,
  streamName,
  type Aggregate,
  type DomainCommand,
  type OrderId,
  type Result,
} from '@holdfast/kernel';
import { isStep, rowOf } from './step-names.js';
import type { DeadlineMoveRequested, InterventionEvent } from './intervention.events.js';

export const interventionCategory = 'intervention';

/** Name of the stream of the requests of operators to an order's checkout. */
export const interventionStream = (orderId: OrderId): string => streamName(interventionCategory, orderId);

type AboutStep<Type extends string> = DomainCommand<
  Type,
  { readonly orderId: OrderId; readonly step: string; readonly reason: string }
>;
export type RequestStepRetry = AboutStep<'RequestStepRetry'>;
export type RequestStepSettlement = AboutStep<'RequestStepSettlement'>;
export type RequestDeadlineMove = DomainCommand<
  'RequestDeadlineMove',
  DeadlineMoveRequested['data'] & { readonly orderId: OrderId }
>;
export type InterventionCommand = RequestStepRetry | RequestStepSettlement | RequestDeadlineMove;

/** Requests are independent of each other, so there is no state. */
export type InterventionState = null;

export type InterventionRejection =
  | { readonly code: 'UnknownStep' }
  /** The step is not an undo, or its doing can only be seen in the log. */
  | { readonly code: 'NotDoneByHand' };

type Decision = Result<readonly InterventionEvent[], InterventionRejection>;

function decide(command: InterventionCommand): Decision {
  if (command.type !== 'RequestDeadlineMove') return aboutStep(command);
  const { deadline, dueAt, reason } = command.data;
  return accepted([{ type: 'DeadlineMoveRequested', data: { deadline, dueAt, reason } }]);
}

function aboutStep({ type, data: { step, reason } }: RequestStepRetry | RequestStepSettlement): Decision {
  if (!isStep(step)) return rejected({ code: 'UnknownStep' });
  switch (type) {
    case 'RequestStepRetry':
      return accepted([{ type: 'StepRetryRequested', data: { step, reason } }]);
    case 'RequestStepSettlement':
      return rowOf(step).byHand
        ? accepted([{ type: 'StepSettlementRequested', data: { step, reason } }])
        : rejected({ code: 'NotDoneByHand' });
    default:
      return assertNever(type);
  }
}

const commandTypes: Record<InterventionCommand['type'], true> = {
  RequestStepRetry: true,
  RequestStepSettlement: true,
  RequestDeadlineMove: true,
};

export const intervention: Aggregate<
  InterventionCommand,
  InterventionEvent,
  InterventionState,
  InterventionRejection
> = {
  category: interventionCategory,
  commandTypes: Object.keys(commandTypes) as InterventionCommand['type'][],
  stream: (command) => interventionStream(command.data.orderId),
  isSettled: () => true,
  initialState: null,
  evolve: () => null,
  decide,
};
