// given/when/then for deciders (after Emmett's DeciderSpecification): a spec speaks only events and commands. It also
// checks for every decider that it is pure and that its events are JSON.
import assert from 'node:assert/strict';
import { fold, type Decider, type DomainCommand, type DomainEvent, type Rejection } from '@holdfast/kernel';
import { assertJson, deepFreeze } from './values.js';

export type DeciderOutcome<E extends DomainEvent, R extends Rejection> = {
  /** exactly these events, in this order */
  then(expected: readonly E[]): void;
  /** accepted, and already satisfied */
  thenNothing(): void;
  /** a refusal: by its code, or with all its fields */
  thenRejected(expected: R['code'] | R): void;
};

export type DeciderSpecification<C extends DomainCommand, E extends DomainEvent, R extends Rejection> = {
  given(this: void, events: readonly E[]): { when(command: C): DeciderOutcome<E, R> };
};

export function deciderSpecification<C extends DomainCommand, E extends DomainEvent, S, R extends Rejection>(
  decider: Decider<C, E, S, R>,
): DeciderSpecification<C, E, R> {
  return {
    given: (events) => ({
      when(command) {
        const state = deepFreeze(fold(decider, decider.initialState, deepFreeze(events)));
        const result = decider.decide(deepFreeze(command), state);
        assert.deepEqual(decider.decide(command, state), result, 'the same command on the same state');
        return {
          then(expected) {
            assert.ok(result.ok, `refused: ${JSON.stringify(result)}`);
            assert.deepEqual(result.value, expected);
            assertJson(result.value);
            fold(decider, state, result.value);
          },
          thenNothing() {
            assert.deepEqual(result, { ok: true, value: [] });
          },
          thenRejected(expected) {
            assert.ok(!result.ok, `accepted: ${JSON.stringify(result)}`);
            if (typeof expected === 'string') assert.equal(result.rejection.code, expected);
            else assert.deepEqual(result.rejection, expected);
          },
        };
      },
    }),
  };
}
