// A write is visible in the next read of its author and of staff, and no other customer waits for it.
import { beforeEach, expect, test } from '@jest/globals';
import { OwnWrites } from './own-writes.js';

let reached: number[];
let position: number;
let ownWrites: OwnWrites;

beforeEach(() => {
  reached = [];
  position = 10;
  ownWrites = new OwnWrites({
    position: () => position,
    reached: (_, target) => {
      reached.push(target);
      return Promise.resolve(true);
    },
  });
});

test('a read after a write waits for the latest position that a result came with', async () => {
  ownWrites.note('ada', { __typename: 'OrderSuccess', position: 12 });
  ownWrites.note('ada', { __typename: 'WalletSuccess', position: 11 });
  await ownWrites.areShown('ada', false);
  expect(reached).toEqual([12]);
});

test('staff wait for the writes of everybody', async () => {
  ownWrites.note('ada', { __typename: 'OrderSuccess', position: 12 });
  ownWrites.note('bob', { __typename: 'OrderSuccess', position: 11 });
  await ownWrites.areShown('eve', true);
  position = 12;
  await ownWrites.areShown('eve', true);
  expect(reached).toEqual([12]);
});

test('no query waits for a position that is reflected already, for writes of others, or after a result without a position', async () => {
  ownWrites.note('ada', { __typename: 'OrderSuccess', position: 10 });
  ownWrites.note('bob', { __typename: 'OrderSuccess', position: 12 });
  ownWrites.note('eve', { __typename: 'RateLimitedError' });
  ownWrites.note('eve', null);
  for (const viewer of ['ada', 'eve', 'joe']) await ownWrites.areShown(viewer, false);
  expect(reached).toEqual([]);
});
