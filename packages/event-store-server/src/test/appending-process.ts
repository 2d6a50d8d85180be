// A process that makes one append of five large events with the official client, and is meant to be killed meanwhile.
import { EventStoreDBClient } from '@eventstore/db-client';
import { largeEvents } from './large-events.js';

const [url = '', stream = '', path = ''] = process.argv.slice(2);
const client = EventStoreDBClient.connectionString(url);
await client.appendToStream(stream, largeEvents(), {
  batchAppendSize: 1000,
  ...(path === 'Append' && { credentials: { username: 'someone', password: 'something' } }),
});
