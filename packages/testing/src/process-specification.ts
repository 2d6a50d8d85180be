// given/when/then for process managers: earlier decisions, an input, the decisions that follow, and the remaining work.
import assert from 'node:assert/strict';
import {
  fold,
  type DomainCommand,
  type DomainEvent,
  type PendingWork,
  type Process,
  type ProcessInput,
  type RecordedEvent,
} from '@holdfast/kernel';
import { assertJson, deepFreeze } from './values.js';

export type ProcessOutcome<E extends DomainEvent, C extends DomainCommand> = {
  /** exactly these decisions, in this order */
  then(expected: readonly E[]): ProcessOutcome<E, C>;
  /** a repeated, late or stale input */
  thenNothing(): ProcessOutcome<E, C>;
  /**
   * exactly this work, in this order: a command by its step, a deadline as `deadline:<name>`, or the complete work item
   */
  thenPending(...expected: readonly (string | PendingWork<C>)[]): ProcessOutcome<E, C>;
};

export type ProcessSpecification<I extends DomainEvent, E extends DomainEvent, C extends DomainCommand> = {
  given(
    this: void,
    decisions: readonly E[],
  ): {
    /** Inputs in the order in which they arrive. All decisions that follow from them are compared. */
    when(...inputs: readonly ProcessInput<I>[]): ProcessOutcome<E, C>;
    thenPending(...expected: readonly (string | PendingWork<C>)[]): void;
  };
};

export function processSpecification<
  I extends DomainEvent,
  E extends DomainEvent,
  S,
  C extends DomainCommand,
>(manager: Process<I, E, S, C>): ProcessSpecification<I, E, C> {
  const assertPending = (state: S, expected: readonly (string | PendingWork<C>)[]): void => {
    const pending = manager.pending(state);
    const actual = pending.map((work, n) => (typeof expected[n] === 'object' ? work : label(work)));
    assert.deepEqual(actual, expected);
  };

  return {
    given(decisions) {
      const before = deepFreeze(fold(manager, manager.initialState, deepFreeze(decisions)));
      return {
        when(...inputs) {
          let state = before;
          const decided: E[] = [];
          for (const input of inputs) {
            const decisions = manager.decide(deepFreeze(input), state);
            assert.deepEqual(manager.decide(input, state), decisions, 'the same input on the same state');
            assertJson(decisions);
            decided.push(...decisions);
            state = deepFreeze(fold(manager, state, deepFreeze(decisions)));
          }
          const outcome: ProcessOutcome<E, C> = {
            then(expected) {
              assert.deepEqual(decided, expected);
              return outcome;
            },
            thenNothing: () => outcome.then([]),
            thenPending(...expected) {
              assertPending(state, expected);
              return outcome;
            },
          };
          return outcome;
        },
        thenPending(...expected) {
          assertPending(before, expected);
        },
      };
    },
  };
}

/** The input of a process for an event of the log. */
export const received = <I extends DomainEvent>(event: RecordedEvent<I>): ProcessInput<I> => ({
  kind: 'event',
  event,
  at: event.metadata.at,
  position: event.position,
});

const label = (work: PendingWork): string => (work.kind === 'command' ? work.step : `deadline:${work.name}`);
