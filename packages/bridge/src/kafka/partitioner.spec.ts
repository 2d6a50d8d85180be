// The examples of Kafka's own test (org.apache.kafka.common.utils.UtilsTest), so that keys lie where other clients put them.
import { expect, test } from '@jest/globals';
import { murmur2, partitionNumberOf } from './partitioner.js';

test.each([
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
])('the hash of %s is that of Kafka’s own client', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

test('the number of a partition is never negative', () => {
  expect(partitionNumberOf(Buffer.from('21'))).toBe(-973_932_308 & 0x7fffffff);
});
