// The requests of operators to a checkout, and the requests that are refused at once.
import { describe, test } from '@jest/globals';
import { OrderId } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import { intervention, type InterventionCommand } from './index.js';

const { given } = deciderSpecification(intervention);
const asks = (
  type: Exclude<InterventionCommand['type'], 'RequestDeadlineMove'>,
  step: string,
): InterventionCommand => ({
  type,
  data: { orderId: OrderId('o-1'), step, reason: 'why' },
});

test('an operator can have a deadline moved, whatever it is: its process knows whether it is armed', () => {
  const move = { deadline: 'payment', dueAt: '2026-01-01T01:00:00.000Z', reason: 'why' } as const;
  given([])
    .when({ type: 'RequestDeadlineMove', data: { orderId: OrderId('o-1'), ...move } })
    .then([{ type: 'DeadlineMoveRequested', data: move }]);
});

describe('an operator', () => {
  test.each(['refund', 'release:TEA', 'end-order', 'hold-funds', 'reserve:TEA'])(
    'can have %s retried',
    (step) => {
      given([])
        .when(asks('RequestStepRetry', step))
        .then([{ type: 'StepRetryRequested', data: { step, reason: 'why' } }]);
    },
  );
  test.each(['refund', 'release-funds', 'release:TEA'])('can settle %s', (step) => {
    given([])
      .when(asks('RequestStepSettlement', step))
      .then([{ type: 'StepSettlementRequested', data: { step, reason: 'why' } }]);
  });
  test.each(['end-order', 'hold-funds', 'reserve:TEA', 'confirm'])('can not settle %s', (step) => {
    given([]).when(asks('RequestStepSettlement', step)).thenRejected('NotDoneByHand');
  });
  test.each(['', 'pack', 'refund:TEA', 'release', 'release:', 'release: ', 'constructor', 'toString:A'])(
    'is refused with the name of the unknown step %j',
    (step) => {
      given([]).when(asks('RequestStepRetry', step)).thenRejected('UnknownStep');
      given([]).when(asks('RequestStepSettlement', step)).thenRejected('UnknownStep');
    },
  );
});
