// The policies of one order together, for operators and read models.
import {
  definitionOf,
  isOpen,
  isSettleable,
  rowOfKind,
  stepOf,
  undoOf,
  wanted,
  type ForwardKind,
  type PlanStep,
  type PlanStepState,
  type Step,
  type StepCommand,
} from '@holdfast/checkout';
import { assertNever, streamCategory, streamName, type OrderId, type RecordedEvent } from '@holdfast/kernel';
import type { PaymentMethod } from '@holdfast/ordering';
import { inventoryCommands, inventoryPolicyState, type InventoryPolicyState } from './inventory-policy.js';
import type { InventoryPolicyEvent } from './inventory.events.js';
import { orderingCommands, orderingPolicyState, type OrderingPolicyState } from './ordering-state.js';
import type { OrderingPolicyEvent } from './ordering.events.js';
import { paymentCommands, paymentPolicyState, type PaymentPolicyState } from './payment-state.js';
import type { PaymentPolicyEvent } from './payment.events.js';

/** The categories of the policies' streams; each policy has the name of its own. */
export const policyCategories = ['inventorypolicy', 'paymentpolicy', 'orderingpolicy'] as const;

/** Names of the streams of an order's policies. */
export const policyStreams = (orderId: OrderId): readonly string[] =>
  policyCategories.map((category) => streamName(category, orderId));

export type PolicyStates = {
  readonly inventory: InventoryPolicyState;
  readonly payment: PaymentPolicyState;
  readonly ordering: OrderingPolicyState;
};

export const initialPolicyStates: PolicyStates = {
  inventory: inventoryPolicyState.initialState,
  payment: paymentPolicyState.initialState,
  ordering: orderingPolicyState.initialState,
};

/** The states after one more decision of any policy. */
export function evolvePolicies(states: PolicyStates, event: RecordedEvent): PolicyStates {
  switch (streamCategory(event.stream)) {
    case 'inventorypolicy': {
      const decision = event as RecordedEvent<InventoryPolicyEvent>;
      return { ...states, inventory: inventoryPolicyState.evolve(states.inventory, decision) };
    }
    case 'paymentpolicy': {
      const decision = event as RecordedEvent<PaymentPolicyEvent>;
      return { ...states, payment: paymentPolicyState.evolve(states.payment, decision) };
    }
    case 'orderingpolicy': {
      const decision = event as RecordedEvent<OrderingPolicyEvent>;
      return { ...states, ordering: orderingPolicyState.evolve(states.ordering, decision) };
    }
    default:
      return states;
  }
}

export const isBegun = ({ inventory, payment, ordering }: PolicyStates): boolean =>
  [inventory, payment, ordering].some(({ stage }) => stage !== 'new');

const commandsOf = ({ inventory, payment, ordering }: PolicyStates): readonly StepCommand[] => [
  ...inventoryCommands(inventory),
  ...paymentCommands(payment),
  ...orderingCommands(ordering),
];

/** Whether a policy wants the step's command, so that it can be tried now. */
export const canPolicyRetry = (states: PolicyStates, step: string): boolean =>
  wanted({ commands: commandsOf(states) }, step) !== undefined;

/** Whether the step is an unfinished undo of a policy that a person can do by hand. */
export const canPolicySettle = ({ inventory, payment, ordering }: PolicyStates, step: string): boolean =>
  [inventory, payment, ordering].some((state) => state.stage !== 'new' && isSettleable(state, step));

/**
 * The steps of the order with their progress: the steps of its definition or, once a policy undoes its work, the undos.
 */
export function planOfPolicies(states: PolicyStates): readonly PlanStep[] {
  const doing = new Set<Step>(commandsOf(states).map(({ step }) => step));
  const stages = startedOf(states).some(({ undo }) => undo.size > 0)
    ? undoStage(states, doing)
    : forwardStages(states, doing);
  const present = stages.filter((steps) => steps.size > 0);
  return present.flatMap((steps, stage) =>
    [...steps].map(([name, state]) => ({
      name,
      stage,
      state,
      dependsOn: [...(present[stage - 1]?.keys() ?? [])],
      undo: undoOf(name),
      retryAt: doing.has(name) ? retryAtOf(states, name) : null,
    })),
  );
}

type PlanStage = ReadonlyMap<Step, PlanStepState>;

const startedOf = ({ inventory, payment, ordering }: PolicyStates) =>
  [ordering, payment, inventory].filter((state) => state.stage !== 'new');

const undoStage = (states: PolicyStates, doing: ReadonlySet<Step>): readonly PlanStage[] => [
  new Map(
    startedOf(states).flatMap((state) =>
      [...state.undo.keys()].map((step) => {
        const waits = isOpen(state, step) ? 'POSSIBLE' : 'DONE';
        return [step, doing.has(step) ? 'DOING' : waits] as const;
      }),
    ),
  ),
];

/** Every stage before the stage under way is done, and every stage of a confirmed order is done. */
function forwardStages(
  { inventory, payment, ordering }: PolicyStates,
  doing: ReadonlySet<Step>,
): readonly PlanStage[] {
  if (inventory.stage === 'new') return [];
  const { order } = inventory;
  const paying = payingOf(payment);
  const stages = definitionOf(order).stages.map((kinds) =>
    kinds
      .filter((kind) => isOwn(kind, paying))
      .flatMap((kind) => {
        const { per } = rowOfKind(kind);
        switch (per) {
          case 'sku':
            return order.stock.map(({ sku }) => stepOf(kind, sku));
          case 'attempt':
            return [stepOf(kind, kind === 'mark-declined' ? paying.declined : paying.attempt)];
          case 'order':
            return [stepOf(kind)];
          default:
            return assertNever(per);
        }
      }),
  );
  const last = stages.findLastIndex((steps) => steps.some((step) => doing.has(step)));
  return stages.map((steps, stage) => {
    const otherwise = ordering.stage === 'kept' || stage < last ? 'DONE' : 'POSSIBLE';
    return new Map(steps.map((step) => [step, doing.has(step) ? 'DOING' : otherwise]));
  });
}

/** The method of payment, the present attempt, and the last attempt that was declined; 0 for none. */
type Way = { readonly method: PaymentMethod; readonly attempt: number; readonly declined: number };

function payingOf(state: PaymentPolicyState): Way {
  if (state.stage === 'new') return { method: 'WALLET', attempt: 1, declined: 0 };
  const declined = state.declined?.attempt ?? 0;
  const payment = state.stage === 'paying' || state.stage === 'completed' ? state.payment : null;
  const { method, attempt } = payment ?? { method: state.order.paymentMethod, attempt: declined + 1 };
  return { method, attempt, declined };
}

/** Whether the order does the step, or may do it. */
function isOwn(kind: ForwardKind, { method, declined }: Way): boolean {
  const { to } = rowOfKind(kind);
  if (kind === 'mark-declined') return declined > 0;
  return to === 'wallet' ? method === 'WALLET' : to !== 'payment' || method === 'CARD';
}

const retryAtOf = (states: PolicyStates, step: Step): string | null =>
  startedOf(states)
    .map(({ attempts }) => attempts.get(step)?.retryAt ?? null)
    .find((at) => at !== null) ?? null;
