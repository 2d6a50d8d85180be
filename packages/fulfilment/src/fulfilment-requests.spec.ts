// Requests of operators to a fulfilment: those that are refused at once, and the effects of the others.
import { describe, test } from '@jest/globals';
import { deciderSpecification } from '@holdfast/testing';
import {
  asked,
  customerId,
  eur,
  failed,
  given,
  isDelivered,
  orderId,
  refundStarted,
} from './test/fulfilment.js';
import { fulfilmentRequests, type FulfilmentEvent, type FulfilmentRequestCommand } from './index.js';

const requests = deciderSpecification(fulfilmentRequests);
const reason = 'The bank is back';
const asks = (type: FulfilmentRequestCommand['type'], step: string): FulfilmentRequestCommand => ({
  ...{ type, data: { orderId, step, reason } },
});

describe('an operator', () => {
  test.each(['create-shipment', 'commit:TEA', 'refund:r1', 'restock:r1:TEA', 'record-refund:r1'])(
    'can have %s retried',
    (step) => {
      requests
        .given([])
        .when(asks('RequestFulfilmentRetry', step))
        .then([{ type: 'FulfilmentRetryRequested', data: { step, reason } }]);
    },
  );
  test.each(['refund:r1', 'restock:r1:TEA'])('can say that %s was done by hand', (step) => {
    requests
      .given([])
      .when(asks('RequestFulfilmentSettlement', step))
      .then([{ type: 'FulfilmentSettlementRequested', data: { step, reason } }]);
  });
  test.each(['commit:TEA', 'mark-delivered', 'record-refund:r1'])('can not say that of %s', (step) => {
    requests.given([]).when(asks('RequestFulfilmentSettlement', step)).thenRejected('NotDoneByHand');
  });
  test.each(['', 'refund', 'reserve:TEA', 'commit:', 'toString'])('is told that %j is no step', (step) => {
    requests.given([]).when(asks('RequestFulfilmentRetry', step)).thenRejected('UnknownStep');
  });
});

describe('a step that has failed', () => {
  const step = 'refund:r1';
  const isFailing: readonly FulfilmentEvent[] = [...isDelivered, refundStarted('r1'), failed(step, 3)];

  test('that an operator has retried › is tried at once, without its backoff, and once for each request', () => {
    const request = asked('FulfilmentRetryRequested', step);
    if (request.kind !== 'event') throw new Error('a request is an event');
    const { position } = request;
    const actor = request.event.metadata.actor;
    given(isFailing)
      .when(request, request)
      .then([{ type: 'FulfilmentStepRetried', data: { step, actor, reason, position } }])
      .thenPending({
        ...{ kind: 'command', step, failedAttempts: 3 },
        command: { type: 'Refund', data: { customerId, orderId, refundId: 'r1', amount: eur(250) } },
      });
  });

  test('that an operator settles › is not tried any more, and the order shows the refund', () => {
    const request = asked('FulfilmentSettlementRequested', step);
    if (request.kind !== 'event') throw new Error('a request is an event');
    const { position } = request;
    const actor = request.event.metadata.actor;
    given(isFailing)
      .when(request, request)
      .then([{ type: 'FulfilmentStepSettled', data: { step, actor, reason, position } }])
      .thenPending('record-refund:r1');
  });

  test('that is done by now, or never was wanted › nothing is decided', () => {
    given(isDelivered)
      .when(asked('FulfilmentRetryRequested', step), asked('FulfilmentSettlementRequested', step))
      .thenNothing();
  });
});
