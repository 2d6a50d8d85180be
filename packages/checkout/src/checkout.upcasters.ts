// Lifts stored decisions of older versions to their present shape.
import type { Upcasters } from '@holdfast/kernel';

/** Versions of the shapes that are not the first of their type. */
export const schemaVersions = { CheckoutStarted: 2, FundsRequested: 2, UndoAdded: 2, StepUndone: 2 } as const;

export const upcasters: Upcasters = {
  // Until version 2 there was one definition and one way to coordinate.
  CheckoutStarted: [
    (data: object) => ({
      definition: 'stock-first',
      definitionVersion: 1,
      coordination: 'ORCHESTRATION',
      ...data,
    }),
  ],
  // Until version 2 an order had one attempt, by wallet.
  FundsRequested: [(data: object) => ({ attempt: 1, cardToken: null, returnUrl: null, ...data })],
  UndoAdded: [(data: object) => ({ ...data, position: null })],
  StepUndone: [(data: object) => ({ ...data, position: null })],
};
