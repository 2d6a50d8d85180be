// Decoding an encoded event gives the same event: with our own metadata, which is packed, and with any other JSON.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventMetadata, NewEvent } from '@holdfast/kernel';
import { decodeRecord, FrameBuffer, frameHeaderBytes, isRecord } from './record.js';

const own: EventMetadata = {
  correlationId: 'order-1',
  causationId: '',
  commandId: 'order-1:confirm',
  actor: 'process:checkout',
  at: '2026-01-02T03:04:05.678Z',
  schemaVersion: 1,
};
const roundTrip = (event: NewEvent): unknown => {
  const buffer = new FrameBuffer();
  const end = buffer.encode(frameHeaderBytes, 'order-1', 3, 7, event);
  buffer.used = end;
  const bytes = Buffer.from(buffer.seal(7, 1));
  expect(isRecord(bytes, frameHeaderBytes, end)).toBe(true);
  return decodeRecord(bytes, frameHeaderBytes);
};
const bytesOf = (metadata: object): number =>
  new FrameBuffer().encode(0, 's-1', 0, 0, eventWith(metadata as EventMetadata));
const eventWith = (metadata: EventMetadata, data: unknown = {}): NewEvent => ({
  id: 'a',
  type: 'Happened',
  data,
  metadata,
});

test('metadata of our own › is packed, with and without its optional fields', () => {
  for (const metadata of [
    own,
    { ...own, fingerprint: 'f'.repeat(300) },
    { ...own, fingerprint: '' },
    { ...own, inputPosition: 0 },
    { ...own, inputPosition: -1, fingerprint: 'f', schemaVersion: 65_535 },
  ]) {
    expect(roundTrip(eventWith(metadata))).toEqual({
      stream: 'order-1',
      revision: 3,
      position: 7,
      ...eventWith(metadata),
    });
    expect(bytesOf(metadata)).toBeLessThan(bytesOf({ ...metadata, more: 1 }) - 60);
  }
});

test('any other JSON › is decoded to an equal value', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('x'.repeat(70_000)));
  const metadata = fc.oneof(
    fc.record({
      correlationId: text,
      causationId: text,
      commandId: text,
      actor: text,
      at: text,
      schemaVersion: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    }),
    fc.record({ ...mapped(own), inputPosition: fc.oneof(fc.nat(), fc.constant('1'), fc.constant(0.5)) }),
    fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
  );
  fc.assert(
    fc.property(metadata, fc.jsonValue(), (given, data) => {
      const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
      const event = eventWith(given as EventMetadata, data);
      expect(roundTrip(event)).toMatchObject(stored({ data, metadata: given }) as object);
    }),
  );
});

function mapped(values: object): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)]));
}
