// Whether an order goes on: approved, rejected or cancelled by staff.
import { useMutation } from 'urql';
import { Actions, Notice } from '../../../shared/ui/ui.js';
import { CancelDocument, ReviewDocument } from '../../generated/graphql.js';
import { ReasonDialog } from '../../ui/reason-dialog.js';
import { useAct, type ActProps } from './use-act.js';

/** The order is held until a person has looked at it. */
export function Review({ orderId, again }: { readonly orderId: string; readonly again: () => void }) {
  const [, review] = useMutation(ReviewDocument);
  const run = useAct(review, again);
  const act = (approve: boolean) => (reason: string, idempotencyKey: string) =>
    run({ idempotencyKey, orderId, approve, reason });
  return (
    <Notice kind="warn" title="A person has to look at this order.">
      <Actions>
        <ReasonDialog
          label="Approve"
          kind="primary"
          title="Let this order go out?"
          explain="It is confirmed, and the warehouse gets it."
          act={act(true)}
        />
        <ReasonDialog
          label="Reject"
          kind="danger"
          title="Reject this order?"
          explain="It fails. Its stock is released, and the money goes back."
          act={act(false)}
        />
      </Actions>
    </Notice>
  );
}

export function Cancel({ order: { id: orderId }, again }: ActProps) {
  const [, cancel] = useMutation(CancelDocument);
  const run = useAct(cancel, again);
  return (
    <ReasonDialog
      label="Cancel"
      kind="danger"
      title="Cancel this order for its customer?"
      explain="Its stock goes back on the shelf, and what was paid goes back to the customer. Nothing brings the order back."
      act={(reason, idempotencyKey) => run({ idempotencyKey, orderId, reason })}
    />
  );
}
