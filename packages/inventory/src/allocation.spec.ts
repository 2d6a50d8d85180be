// The stock that an outside service keeps for an order: questions, and answers that come in time, late, twice, or that
// contradict.
import { describe, test } from '@jest/globals';
import { OrderId, Sku } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import { allocation, type AllocationCommand, type AllocationEvent, type StockResult } from './index.js';

const orderId = OrderId('o-1');
const sku = Sku('TEA');
const units = { orderId, sku, quantity: 2 };
const { given } = deciderSpecification(allocation);

const asked: AllocationEvent = { type: 'AllocationAsked', data: units };
const reserved: AllocationEvent = { type: 'AllocationReserved', data: units };
const refused: AllocationEvent = {
  type: 'AllocationRefused',
  data: { orderId, sku, requested: 2, available: 1, reason: 'sold' },
};
const releaseAsked: AllocationEvent = { type: 'AllocationReleaseAsked', data: units };
const released: AllocationEvent = { type: 'AllocationReleased', data: units };
const nothingReleased: AllocationEvent = { type: 'AllocationReleased', data: { ...units, quantity: 0 } };
const commitAsked: AllocationEvent = { type: 'AllocationCommitAsked', data: units };
const committed: AllocationEvent = { type: 'AllocationCommitted', data: units };
const back = { ...units, quantity: 1, returnId: 'r-1' };
const returnAsked: AllocationEvent = { type: 'AllocationReturnAsked', data: back };
const returned: AllocationEvent = { type: 'AllocationReturned', data: back };

const reserve: AllocationCommand = { type: 'AskToReserve', data: units };
const release: AllocationCommand = { type: 'AskToRelease', data: { orderId, sku } };
const commit: AllocationCommand = { type: 'AskToCommit', data: { orderId, sku } };
const takeBack = (quantity: number, returnId = 'r-1'): AllocationCommand => ({
  type: 'AskToReturn',
  data: { orderId, sku, quantity, returnId },
});
const answer = (result: StockResult): AllocationCommand => ({
  type: 'RecordStockResult',
  data: { orderId, sku, result },
});
const saysNo = answer({ status: 'refused', available: 1, reason: 'sold' });
const says = (status: 'reserved' | 'released' | 'committed'): AllocationCommand => answer({ status });

const isReserved = [asked, reserved];
const isReleasing = [...isReserved, releaseAsked];
const isReleased = [...isReleasing, released];
const isCommitting = [...isReserved, commitAsked];
const isCommitted = [...isCommitting, committed];

describe('a reservation', () => {
  test('is asked for, and again as long as there is no answer', () => {
    given([]).when(reserve).then([asked]);
    given([asked]).when(reserve).then([asked]);
    given(isReserved).when(reserve).thenNothing();
  });

  test('is answered', () => {
    given([asked]).when(says('reserved')).then([reserved]);
    given([asked]).when(saysNo).then([refused]);
  });

  test('of no units › is rejected', () => {
    given([])
      .when({ type: 'AskToReserve', data: { ...units, quantity: 0 } })
      .thenRejected('InvalidQuantity');
  });

  test('that comes after its release › is not asked for any more', () => {
    given([]).when(release).then([nothingReleased]);
    given([nothingReleased]).when(reserve).thenNothing();
    given(isReleasing).when(reserve).thenNothing();
  });
});

describe('an answer', () => {
  test.each([
    ['reserved', isReserved, says('reserved')],
    ['reserved, while its release is asked for', isReleasing, says('reserved')],
    ['refused', [asked, refused], saysNo],
    ['refused, after the release', isReleased, saysNo],
    ['released', isReleased, says('released')],
    ['committed', isCommitted, says('committed')],
  ] as const)('that is known (%s) › changes nothing', (_, history, command) => {
    given(history).when(command).thenNothing();
  });

  test.each([
    ['refused after reserved', isReserved, saysNo],
    ['refused after committed', isCommitted, saysNo],
    ['released after committed', isCommitted, says('released')],
    ['committed after released', isReleased, says('committed')],
    ['committed after refused', [asked, refused], says('committed')],
  ] as const)('that contradicts (%s) › is rejected', (_, history, command) => {
    given(history).when(command).thenRejected('ContradictsAnswer');
  });

  test.each([
    ['reserved', [], says('reserved')],
    ['released', isReserved, says('released')],
    ['committed', isReserved, says('committed')],
    ['returned', isCommitted, answer({ status: 'returned', returnId: 'r-1' })],
  ] as const)('to a question that was not asked (%s) › is rejected', (_, history, command) => {
    given(history).when(command).thenRejected('NotAsked');
  });

  test('that reserves after a refusal or a release › counts, so that it is released', () => {
    given([asked, refused]).when(says('reserved')).then([reserved]);
    given(isReleased).when(says('reserved')).then([reserved]);
    given([...isReleased, reserved])
      .when(release)
      .then([releaseAsked]);
  });
});

describe('a release', () => {
  test('is asked for until it is answered, also when the reservation has no answer', () => {
    given([asked]).when(release).then([releaseAsked]);
    given(isReserved).when(release).then([releaseAsked]);
    given(isReleasing).when(release).then([releaseAsked]);
    given(isReleasing).when(says('released')).then([released]);
    given([asked, releaseAsked]).when(says('released')).then([nothingReleased]);
    given(isReleased).when(release).thenNothing();
  });

  test('of a reservation that is refused meanwhile › is done', () => {
    given([asked, releaseAsked]).when(saysNo).then([nothingReleased]);
    given([asked, refused]).when(release).then([nothingReleased]);
  });

  test('of units that left the building › is rejected', () => {
    given(isCommitting).when(release).thenRejected('AlreadyCommitted');
  });
});

describe('units that leave the building, and come back', () => {
  test('the commit is asked for until it is answered', () => {
    given(isReserved).when(commit).then([commitAsked]);
    given(isCommitting).when(commit).then([commitAsked]);
    given(isCommitting).when(says('committed')).then([committed]);
    given(isCommitted).when(commit).thenNothing();
    given(isReleased).when(commit).thenRejected('NotReserved');
  });

  test('a return is asked for until it is answered, for no more units than left', () => {
    given(isCommitted).when(takeBack(1)).then([returnAsked]);
    given([...isCommitted, returnAsked])
      .when(takeBack(1))
      .then([returnAsked]);
    given([...isCommitted, returnAsked])
      .when(answer({ status: 'returned', returnId: 'r-1' }))
      .then([returned]);
    given([...isCommitted, returnAsked, returned])
      .when(takeBack(1))
      .thenNothing();
    given([...isCommitted, returnAsked])
      .when(takeBack(2, 'r-2'))
      .thenRejected('ReturnExceedsCommitted');
    given(isReserved).when(takeBack(1)).thenRejected('NotReserved');
  });
});
