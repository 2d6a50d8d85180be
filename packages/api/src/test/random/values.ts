// Random values for the types of the schema: mostly sensible ones, at times strange ones of the right type.
import fc, { type Arbitrary } from 'fast-check';
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
} from 'graphql';

/** The things in the shop that random requests can name. */
export type Known = {
  readonly skus: readonly string[];
  readonly orders: readonly string[];
  readonly customers: readonly string[];
};

/** Texts that broke other programs: control characters, lone surrogates, names of properties, paths, very long ones. */
export const strange: Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', ' ', '\u0000', '\ud800', '\u202eمرحبا', '👩‍👩‍👧‍👦'.repeat(40), 'x'.repeat(9_000)),
  fc.constantFrom('__proto__', 'constructor', '$where', '../../etc/passwd', "'; --", '${1}', '1e999', '-0'),
);

/** Any JSON, for a place that expects another type. */
export const junk: Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, [], {}, [[[]]], 1e308, -1, 0.5, '', true, { __proto__: null, length: 1 }),
);

const integers = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(-2_147_483_648, 2_147_483_647, 1_000_000, 100, 0, -1) },
);
const soon = fc.integer({ min: 0, max: 20 });

const usual = <T>(sensible: Arbitrary<T>, otherwise: Arbitrary<unknown> = strange): Arbitrary<unknown> =>
  fc.oneof({ weight: 40, arbitrary: sensible }, { weight: 1, arbitrary: otherwise });

/** Values for texts and numbers that have a meaning by their name. */
function named(name: string, { skus, orders, customers }: Known): Arbitrary<unknown> | undefined {
  const ids = usual(fc.constantFrom(...orders, ...customers));
  const table: Readonly<Record<string, Arbitrary<unknown>>> = {
    // A longer wait is allowed, and is only slow.
    waitMs: soon,
    sku: usual(fc.constantFrom(...skus)),
    skus: usual(fc.constantFrom(...skus)),
    orderId: usual(fc.constantFrom(...orders)),
    customerId: usual(fc.constantFrom(...customers)),
    userId: usual(fc.constantFrom(...customers)),
    id: ids,
    ids,
    currency: usual(fc.constantFrom('EUR', 'EUR', 'EUR', 'JPY')),
    country: usual(fc.constantFrom('FR')),
    postalCode: usual(fc.constantFrom('75001')),
    email: usual(fc.constantFrom('random@example.com', 'Random@Example.com', 'nobody@example.com')),
    guestEmail: usual(fc.constantFrom('guest@example.com')),
    password: usual(fc.constantFrom('a password of random requests')),
    // Few keys: some requests come again, some with other content.
    idempotencyKey: usual(
      fc.oneof({ weight: 4, arbitrary: fc.uuid() }, fc.constantFrom('k-1', 'k-2', 'k-3')),
    ),
    definition: usual(fc.constantFrom('stock-first', 'payment-first')),
    cardToken: usual(fc.constantFrom('tok_ok', 'tok_ok', 'tok_declined', 'tok_redirect')),
    returnUrl: usual(fc.constantFrom('https://shop.example/back')),
    stream: usual(fc.constantFrom('$all', ...orders.map((id) => `order-${id}`))),
    trackingNumber: usual(fc.constantFrom('T-1', 'SIM-1')),
    consumer: usual(fc.constantFrom('order-summaries', 'checkout')),
    kind: usual(fc.constantFrom('payment', 'reservation')),
  };
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

const scalars: Readonly<Record<string, Arbitrary<unknown>>> = {
  Int: integers,
  Boolean: fc.boolean(),
  MinorUnits: usual(
    fc.integer({ min: 1, max: 1_500 }).map(String),
    fc.constantFrom('0', '-5', '9007199254740991', '999999999', '1.5'),
  ),
  // Not far behind the end of the log: such a read waits for it, which is only slow.
  Position: usual(fc.constantFrom('-1', '0', '1', '0000000000000005', '12')),
  DateTime: usual(fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
  Cursor: usual(fc.base64String({ maxLength: 60 })),
  JSON: fc.jsonValue({ maxDepth: 3 }),
  String: usual(fc.constantFrom('late', 'Ann', 'Rue de Rivoli 1', 'Paris', 'بيت')),
  ID: strange,
};

type Input = GraphQLArgument | GraphQLInputField;

/** A value of the type, for an input of that name. */
export function valueOf(type: GraphQLInputType, name: string, known: Known): Arbitrary<unknown> {
  if (isNonNullType(type)) return valueOf(type.ofType, name, known);
  if (isListType(type))
    return usual(
      fc.array(valueOf(type.ofType, name, known), { minLength: 1, maxLength: 2 }),
      fc.constant([]),
    );
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map((value) => value.name));
  if (isInputObjectType(type)) return inputsOf(Object.values(type.getFields()), known);
  return named(name, known) ?? scalars[type.name] ?? strange;
}

/** Values for the inputs by their names. */
export function inputsOf(
  inputs: readonly Input[],
  known: Known,
): Arbitrary<Readonly<Record<string, unknown>>> {
  return fc.record(
    Object.fromEntries(
      inputs.map(({ name, type }) => {
        const value = valueOf(type, name, known);
        return [name, isNonNullType(type) || name === 'waitMs' ? value : maybe(value)];
      }),
    ),
  );
}

/** An optional value. `undefined` leaves it out. */
const maybe = (value: Arbitrary<unknown>): Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 3, arbitrary: value },
  );

/** The value, at times with something else at one of its places. */
export const damaged = (value: Arbitrary<unknown>): Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: value },
    {
      weight: 1,
      arbitrary: fc.tuple(value, fc.nat(40), junk).map(([given, n, other]) => replaced(given, n, other)),
    },
  );

/** Replaces a place of the value, which `n` chooses, by `other`. */
function replaced(given: unknown, n: number, other: unknown): unknown {
  if (typeof given !== 'object' || given === null) return other;
  const keys = Object.keys(given).filter((key) => key !== 'waitMs');
  const key = keys[n % (keys.length + 1)];
  if (key === undefined) return other;
  const part = (given as Readonly<Record<string, unknown>>)[key];
  const changed = replaced(part, Math.floor(n / (keys.length + 1)), other);
  return Array.isArray(given)
    ? given.map((one: unknown, index) => (String(index) === key ? changed : one))
    : { ...given, [key]: changed };
}
