// An event in other tools.
import { expect, test } from '@jest/globals';
import { traceIdOf } from '../../telemetry/trace-ids.js';
import { linksOf } from './links.js';

test('the ids of an event go to their places in the addresses of other tools, and cannot change the address', () => {
  const correlationId = 'order/7?x=1';
  const links = linksOf(
    { id: 'e-1', correlationId, stream: 'order-7', revision: '3' },
    {
      Trace: 'https://traces.example/{traceId}',
      Logs: 'https://logs.example/?q={correlationId}&e={eventId}&o={other}',
      Stream: 'https://streams.example/#/{stream}/{revision}',
    },
  );
  expect(links).toEqual([
    { name: 'Trace', url: `https://traces.example/${traceIdOf(correlationId)}` },
    { name: 'Logs', url: 'https://logs.example/?q=order%2F7%3Fx%3D1&e=e-1&o={other}' },
    { name: 'Stream', url: 'https://streams.example/#/order-7/3' },
  ]);
});

test('without settings there are none', () => {
  expect(linksOf({ id: 'e-1', correlationId: 'c', stream: 's', revision: '0' }, {})).toEqual([]);
});
