// The actions of an operator on an armed deadline: bring it to its end at once, or give it another time.
import { useState } from 'react';
import { useMutation } from 'urql';
import { useSessionState } from '../../../shared/api/provider.js';
import { Actions, Field } from '../../../shared/ui/ui.js';
import { MoveTimerDocument } from '../../generated/graphql.js';
import { hasRole } from '../../navigation.js';
import { problemOf, ReasonDialog } from '../../ui/reason-dialog.js';

type Props = {
  readonly timer: {
    readonly orderId: string;
    readonly kind: string;
    readonly dueAt: string;
    readonly state: string;
  };
  readonly again: () => void;
};

/** As an input of the browser has it: minutes of the local time. */
export function localTime(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function TimerActions({ timer: { orderId, kind, dueAt, state }, again }: Props) {
  const session = useSessionState();
  const [, move] = useMutation(MoveTimerDocument);
  const [typed, setTyped] = useState(() => localTime(dueAt));
  if (state !== 'ARMED' || session.status !== 'signed-in' || !hasRole(session.person.roles, ['OPERATOR']))
    return null;
  const act = async (reason: string, idempotencyKey: string, to: string | null) => {
    const input = { idempotencyKey, orderId, kind, reason, ...(to !== null && { dueAt: to }) };
    const { data, error } = await move({ input });
    again();
    return problemOf('SagaSuccess', data?.moveTimer, error);
  };
  return (
    <Actions>
      <ReasonDialog
        label="Fire"
        kind="danger"
        title={`Let the deadline ${kind} come due now?`}
        explain="The checkout does at once what it would do when the time is over."
        act={(reason, key) => act(reason, key, null)}
      />
      <ReasonDialog
        label="Reschedule"
        title={`When should ${kind} come due?`}
        explain={
          <Field
            label="New time"
            type="datetime-local"
            value={typed}
            onChange={({ target }) => {
              setTyped(target.value);
            }}
          />
        }
        act={(reason, key) => {
          const to = new Date(typed);
          return Number.isNaN(to.getTime())
            ? Promise.resolve('This is no time.')
            : act(reason, key, to.toISOString());
        }}
      />
    </Actions>
  );
}
