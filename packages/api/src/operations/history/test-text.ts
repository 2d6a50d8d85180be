// The text of a spec, from values of history.
import type { DomainEvent, Json, RecordedEvent } from '@holdfast/kernel';

export type TestParts = {
  /** the event that the test is about */
  readonly event: RecordedEvent;
  readonly imports: readonly string[];
  /** the call that makes the specification */
  readonly specification: string;
  readonly eventType: string;
  readonly whenType: string;
  readonly given: readonly DomainEvent[];
  readonly when: object;
  readonly then: readonly DomainEvent[];
};

export function testText(parts: TestParts): string {
  const { event, imports, specification, eventType, whenType, given, when, then } = parts;
  const { type, revision, stream, position } = event;
  const facts = (events: readonly DomainEvent[]): string =>
    literal(events.map(({ type: of, data }) => ({ type: of, data })));
  const title = `${type}, revision ${revision} of ${stream}`;
  return `// From history: ${title}, position ${position}. Personal data is replaced.
import { test } from '@jest/globals';
${imports.join('\n')}

const given = ${facts(given)} as unknown as readonly ${eventType}[];

const when = ${literal(when)} as unknown as ${whenType};

const then = ${facts(then)} as unknown as readonly ${eventType}[];

test(${JSON.stringify(title)}, () => {
  ${specification}.given(given).when(when).then(then);
});
`;
}

const literal = (value: unknown): string => JSON.stringify(anonymous(value as Json), null, 2);

const address = { name: 'A. Customer', line1: '1 High Street', city: 'Town', postalCode: '1000' };

/** A value is replaced by the same one everywhere in a test, so that decisions on it stay the same. */
const replaced: Readonly<Record<string, (value: Json) => Json>> = {
  shippingAddress: (value) => ({ ...address, country: (value as { readonly country: string }).country }),
  billingAddress: (value) => ({ ...address, country: (value as { readonly country: string }).country }),
  guestEmail: () => 'customer@example.com',
  cardToken: () => 'card-token',
  card: () => 'card-token',
  returnUrl: () => 'https://shop.example/',
};

function anonymous(value: Json): Json {
  if (Array.isArray(value)) return value.map((part) => anonymous(part as Json));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => {
      if (part === undefined) return [];
      const replace = part === null ? undefined : replaced[key];
      return [[key, replace === undefined ? anonymous(part) : replace(part)]];
    }),
  );
}
