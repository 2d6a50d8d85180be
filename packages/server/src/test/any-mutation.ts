// Calls any mutation of a shop by its name, with a new idempotency key unless the input has one.
import type { Answer, CardShop } from './card-shop.js';

export type Input = Readonly<Record<string, unknown>>;

let keys = 0;

export async function callMutation(
  shop: CardShop,
  name: string,
  input: Input,
  token: string,
): Promise<Answer> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`.replace('PackOrder', 'ShipOrder');
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename
    ... on ErrorResult { errorCode message } } }`;
  const given = { input: { idempotencyKey: `key-${(keys += 1)}`, ...input } };
  return (await shop.ask<Readonly<Record<string, Answer>>>(query, given, token))[name] as Answer;
}
