// Shared by all acts of staff on an order: the request, the new load of the order, and the problem in words.
import type { ActionableFragment } from '../../generated/graphql.js';
import { problemOf } from '../../ui/reason-dialog.js';

export type Order = ActionableFragment;
export type ActProps = {
  readonly order: Order;
  /** Called after each act, because other parts of the page may have changed. */
  readonly again: () => void;
};

/** Runs an act, then loads the order again. */
export function useAct<Input extends object>(
  run: (variables: { readonly input: Input }) => Promise<{
    readonly data?: Readonly<Record<string, unknown>> | undefined;
    readonly error?: { readonly message: string } | undefined;
  }>,
  again: () => void,
) {
  return async (input: Input): Promise<string | null> => {
    const { data, error } = await run({ input });
    again();
    const [answer] = Object.values(data ?? {}) as [Parameters<typeof problemOf>[1]];
    return problemOf('OrderSuccess', answer, error);
  };
}
