// Lifts stored decisions of older versions to their present shape.
import type { Upcasters } from '@holdfast/kernel';

/** Current versions of the types that have changed. */
export const schemaVersions = { CheckoutStarted: 2, FundsRequested: 2, UndoAdded: 2, StepUndone: 2 } as const;

export const upcasters: Upcasters = {
  // In version 1 there was one definition and one kind of coordination.
  CheckoutStarted: [
    (data: object) => ({
      definition: 'stock-first',
      definitionVersion: 1,
      coordination: 'ORCHESTRATION',
      ...data,
    }),
  ],
  // In version 1 an order had one attempt, by wallet.
  FundsRequested: [(data: object) => ({ attempt: 1, cardToken: null, returnUrl: null, ...data })],
  UndoAdded: [(data: object) => ({ ...data, position: null })],
  StepUndone: [(data: object) => ({ ...data, position: null })],
};
