// Filters are regular expressions of .NET: each row has names that EventStoreDB chooses, and names that it leaves out.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  EventStoreDBClient,
  eventTypeFilter,
  jsonEvent,
  persistentSubscriptionToAllSettingsFromDefaults,
  streamNameFilter,
} from '@eventstore/db-client';
import { dotnetExpression } from './dotnet-expression.js';
import { serveLog } from '../test/served-log.js';

type Row = readonly [expression: string, chosen: readonly string[], others: readonly string[]];

const rows: readonly Row[] = [
  ['order', ['order-1', 'reorder'], ['Order', 'ord']],
  ['^order-\\d+$', ['order-1', 'order-12', 'order-1\n', 'order-٣'], ['order-', 'order-1a', '\norder-1']],
  ['\\Aorder', ['order-1'], ['reorder', 'x\norder']],
  ['order\\z', ['reorder'], ['order\n', 'order-1']],
  ['order\\Z', ['order', 'order\n'], ['order\n\n', 'order-1']],
  ['^\\p{Lu}\\p{Ll}+$', ['Order', 'Über'], ['order', 'ORDER']],
  ['^\\P{Lu}+$', ['order'], ['orDer']],
  ['^\\p{IsCyrillic}+$', ['заказ'], ['order']],
  ['^[a-z-[o]]+$', ['rder'], ['order']],
  ['^[^a-z-[0-9]]+$', ['ABC-'], ['ABC1', 'abc']],
  ['^[a-z-[aeiou-[u]]]+$', ['bcu'], ['bca']],
  ['^[]a]+$', [']a'], ['b']],
  ['^[\\w-]+$', ['a-ü_1', 'e\u0301'], ['a b', 'a.b']],
  ['^[-a]+$', ['-a'], ['b']],
  ['^[a\\-z]+$', ['a-z'], ['b']],
  ['^[&&!!]+$', ['&!'], ['a']],
  ['(?i)^order', ['Order', 'ORDER-1'], ['reorder']],
  ['(?x) ^ order # the start\n - 1', ['order-1'], ['order -1']],
  ['(?s)^a.b$', ['a\nb', 'a-b'], ['ab']],
  ['^a.b$', ['a\rb', 'a\u2028b'], ['a\nb']],
  ['(?m)^b$', ['a\nb\nc', 'b'], ['ab']],
  ['\\border\\b', ['an order!', 'order-1'], ['reorder', 'orderü']],
  ['^\\S+\\s\\S+$', ['a\u0085b', 'a b'], ['ab']],
  ['^a{,2}$', ['a{,2}'], ['aa']],
  ['^a{1,2}}$', ['aa}'], ['aaa}']],
  ['^(a)(?<n>b)\\k<n>$', ['abb'], ['aba']],
  ["^(?'n'b)\\k'n'$", ['bb'], ['b']],
  ['^(a|b)\\1$', ['aa', 'bb'], ['ab']],
  ['^(?>a+)b$', ['aab'], ['aa']],
  ['^(?>a+)ab$', [], ['aab']],
  ['^(?#a comment)a(?=b)b(?!c)', ['abd'], ['abc']],
  ['(?<=a)b(?<!c)', ['ab'], ['cb']],
  ['^\\x41\\u0042\\103\\cI$', ['ABC\t'], ['ABC']],
  ['^\\$\\.\\/\\-\\ $', ['$./- '], ['$./-']],
];

describe('the expression', () => {
  test.each(rows)('%j › chooses the same names as .NET', (expression, chosen, others) => {
    const compiled = dotnetExpression(expression);
    expect(chosen.filter((text) => !compiled.test(text))).toEqual([]);
    expect(others.filter((text) => compiled.test(text))).toEqual([]);
  });

  const refused = [
    '(',
    'a**',
    '[a',
    '[z-a]',
    '\\p{Nothing}',
    '\\p',
    '\\y',
    'a(?i)b',
    '(?(a)b|c)',
    '(?<a-b>c)',
    '\\',
  ];
  test.each(refused)(
    '%j, which is invalid or has no counterpart › is refused as an invalid argument',
    (expression) => {
      let refusal: unknown;
      try {
        dotnetExpression(expression);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toMatchObject({ code: 3 });
    },
  );
});

test('a client that filters by expressions of .NET › gets the chosen events in subscriptions, and an error for an invalid expression, in groups as well', async () => {
  const log = await serveLog();
  const client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${log.port}?tls=false`);
  for (const stream of ['Order-1', 'order-2', 'Orders']) {
    await client.appendToStream(stream, jsonEvent({ type: `${stream}Placed`, data: {} }));
  }
  const byStream = client.subscribeToAll({
    filter: streamNameFilter({ regex: '\\A\\p{Lu}[a-z-[s]]+-\\d\\z' }),
  });
  const read: unknown[] = [];
  for await (const { event } of byStream) if (read.push(event?.streamId) === 1) break;
  await byStream.unsubscribe();
  expect(read).toEqual(['Order-1']);
  const subscription = client.subscribeToAll({ filter: eventTypeFilter({ regex: '(?i)\\Aorders' }) });
  for await (const { event } of subscription) {
    expect(event?.streamId).toBe('Orders');
    break;
  }
  await subscription.unsubscribe();
  const unknown = eventTypeFilter({ regex: '(?(a)b|c)' });
  const run = async (): Promise<void> => {
    for await (const one of client.subscribeToAll({ filter: unknown })) expect(one).toBeUndefined();
  };
  await expect(run()).rejects.toMatchObject({ code: 3 });
  const settings = persistentSubscriptionToAllSettingsFromDefaults();
  const creating = client.createPersistentSubscriptionToAll(randomUUID(), settings, { filter: unknown });
  await expect(creating).rejects.toMatchObject({ code: 3 });
  await client.dispose();
  await log.dispose();
});
