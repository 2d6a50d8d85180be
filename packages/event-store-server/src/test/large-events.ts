// One append too large to be sent in one piece: five events, 1 MB together.
import { jsonEvent } from '@eventstore/db-client';

export const largeEvents = () =>
  Array.from({ length: 5 }, (_, n) => jsonEvent({ type: 'Large', data: { n, text: 'x'.repeat(200_000) } }));
