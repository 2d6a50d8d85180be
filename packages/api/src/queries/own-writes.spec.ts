// What somebody wrote shows in what they and staff read next, and no other customer waits for it.
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

test('a read after a write waits for the latest position that an answer came with', async () => {
  ownWrites.note('ada', { __typename: 'OrderSuccess', position: 12 });
  ownWrites.note('ada', { __typename: 'WalletSuccess', position: 11 });
  await ownWrites.areShown('ada', false);
  expect(reached).toEqual([12]);
});

test('staff wait for what anybody wrote', async () => {
  ownWrites.note('ada', { __typename: 'OrderSuccess', position: 12 });
  ownWrites.note('bob', { __typename: 'OrderSuccess', position: 11 });
  await ownWrites.areShown('eve', true);
  position = 12;
  await ownWrites.areShown('eve', true);
  expect(reached).toEqual([12]);
});

test('nobody waits for what is shown, for what others wrote, or after an answer without a position', async () => {
  ownWrites.note('ada', { __typename: 'OrderSuccess', position: 10 });
  ownWrites.note('bob', { __typename: 'OrderSuccess', position: 12 });
  ownWrites.note('eve', { __typename: 'RateLimitedError' });
  ownWrites.note('eve', null);
  for (const viewer of ['ada', 'eve', 'joe']) await ownWrites.areShown(viewer, false);
  expect(reached).toEqual([]);
});
