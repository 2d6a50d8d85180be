// Writes docs/integration-events.md: every public event, from its schemas in .avro, the table of the stored events that give it
// (packages/bridge) and its published example. `npm run docs:integration-events` writes it; check:docs fails when it is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { aliases, publication, publicTypes, readSchemas, topics } from '../packages/bridge/dist/index.js';

export const integrationEventsDocument = 'docs/integration-events.md';

const head = `# Integration events

The public events of Holdfast over Kafka. This page is generated from the schemas in [.avro](../.avro)
(\`npm run docs:integration-events\`); how the events are sent, and how commands come in, is in
[packages/bridge](../packages/bridge/README.md).

A public event is not a stored event. It has a schema of its own, which changes only in ways that old and new consumers can
read, while the [stored events](events.md) are free to change. **Of a person it has random ids and a country, nothing else**: no name,
address, e-mail, card, tracking number or free text.

## A record

The key is the order's id, so that one order's events keep their order; the key of \`stock.received\` and \`stock.adjusted\`, which
are about no order, is the SKU. The value is the event's data. The headers are CloudEvents in binary mode:

| header | |
| --- | --- |
| \`ce_id\` | the event: the same when it is sent again, and when it is replayed |
| \`ce_type\` | its type, as below |
| \`ce_source\` | the shop |
| \`ce_subject\` | the order's id, as the key |
| \`ce_time\` | when it happened: ISO 8601, UTC |
| \`ce_dataschema\` | \`urn:holdfast:schema:<type>:<version>\`: the schema that the value was written with |
| \`ce_correlationid\`, \`ce_causationid\` | the order or request that it belongs to, and what caused it |
| \`ce_position\` | place of the stored event in the log |
| \`replay\` | \`true\` when an operator has published it again |
| \`content-type\` | \`application/json\`, \`application/avro\` (the bare record), or \`application/vnd.confluent.avro\` (a zero byte, four bytes for the schema's id in the registry, then the record) |

Numbers are exact in 64 bits. In JSON a \`long\` is a number with all its digits: a consumer in JavaScript needs a parser that keeps
them. Where a schema registry is set, the subject is topic and record name, such as \`order-events-holdfast.OrderCreated\`.

## What a consumer does

- **Count each \`ce_id\` once.** A record may come twice, unless the bridge sends exactly once and the consumer reads committed. Keep
  the ids with their effects, in one transaction.
- **Ignore what you don't know**: a type, a field, a reason. New ones come without notice.
- **Expect a late event.** Money may be captured after the order ended; its refund follows.

[packages/analytics](../packages/analytics/README.md) is a consumer that does so.

## Aliases

Older systems listen to other names. A setting turns each of them on: it is a topic of its own, with a copy of each event, the
alias as its type, and the same \`ce_id\`.
`;

const linkTo = (type) => `[${type}](#${type.replaceAll('.', '')})`;

/** public type → the stored events that give it */
function sourcesOf() {
  const sources = new Map();
  for (const [stored, row] of Object.entries(publication))
    for (const type of row.as ?? []) sources.set(type, [...(sources.get(type) ?? []), stored]);
  return sources;
}

const storedLink = (stored) => `[${stored}](events.md#${stored.toLowerCase()})`;

/** A row for each field; those of a record inside follow it, with its name before theirs. */
function fieldRows({ fields }, names, path = '') {
  return fields.flatMap((field) => {
    const name = `${path}${field.name}`;
    const { shown, record, suffix } = describeType(field.type, names);
    const optional = 'default' in field ? `, ${JSON.stringify(field.default)} by default` : '';
    return [
      `| \`${name}\` | ${shown}${optional} | ${field.doc ?? ''} |`,
      ...(record === null ? [] : fieldRows(record, names, `${name}${suffix}.`)),
    ];
  });
}

function describeType(type, names) {
  if (Array.isArray(type)) {
    const inner = describeType(
      type.find((branch) => branch !== 'null'),
      names,
    );
    return { ...inner, shown: `${inner.shown} or null` };
  }
  if (typeof type === 'string') {
    const record = names.get(type) ?? null;
    return { shown: type, record, suffix: '' };
  }
  if (type.type === 'array') {
    const inner = describeType(type.items, names);
    return { shown: `array of ${inner.shown}`, record: inner.record, suffix: '[]' };
  }
  names.set(type.name, type);
  return { shown: type.name, record: type, suffix: '' };
}

function describeVersion(type, version, schemas) {
  const { schema } = schemas.find(type, version);
  return [
    `Version ${version}, [${type}.v${version}.avsc](../.avro/${type}.v${version}.avsc):`,
    '',
    '| field | type | |',
    '| --- | --- | --- |',
    ...fieldRows(schema, new Map()),
    '',
  ];
}

function describePublicType(type, sources, schemas) {
  const { version } = publicTypes[type];
  const { schema } = schemas.find(type, version);
  const example = readFileSync(`packages/bridge/test/published/${type}.v${version}.json`, 'utf8').trimEnd();
  const older = Array.from({ length: version - 1 }, (_, index) => index + 1).map(
    (one) => `[version ${one}](../.avro/${type}.v${one}.avsc)`,
  );
  return [
    `### ${type}`,
    '',
    schema.doc,
    '',
    `Made from ${sources.get(type).map(storedLink).join(', ')}.${older.length > 0 ? ` Before: ${older.join(', ')}.` : ''}`,
    '',
    ...describeVersion(type, version, schemas),
    '```json',
    example,
    '```',
    '',
  ];
}

/** The whole page. */
export function describeIntegrationEvents() {
  const schemas = readSchemas();
  const sources = sourcesOf();
  const typesOf = (topic) => Object.keys(publicTypes).filter((type) => publicTypes[type].topic === topic);
  const hidden = Object.entries(publication).filter(([, row]) => row.notPublic !== undefined);
  return [
    head,
    '| alias | is |',
    '| --- | --- |',
    ...Object.entries(aliases).map(([alias, type]) => `| \`${alias}\` | ${linkTo(type)} |`),
    '',
    '## Topics',
    '',
    '| topic | types |',
    '| --- | --- |',
    ...topics.map((topic) => `| \`${topic}\` | ${typesOf(topic).map(linkTo).join(', ')} |`),
    '',
    ...topics.flatMap((topic) => [
      `## ${topic}`,
      '',
      ...typesOf(topic).flatMap((type) => describePublicType(type, sources, schemas)),
    ]),
    '## What is not public',
    '',
    'Of orders, stock and money these stored events are not told. No event of accounts, processes, shipments or alarms is.',
    '',
    '| stored event | why |',
    '| --- | --- |',
    ...hidden.map(([stored, { notPublic }]) => `| ${storedLink(stored)} | ${notPublic} |`),
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(integrationEventsDocument, describeIntegrationEvents());
