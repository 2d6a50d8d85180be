// Every root field of the schema for every role and for callers without one, over HTTP and WebSocket: access is exactly
// as the table says.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Role } from '@holdfast/accounts';
import { eventually } from '@holdfast/testing';
import { anyDocument, rootFields } from '../test/any-document.js';
import { converse, type Conversation } from '../test/conversation.js';
import { startRig, type Rig } from '../test/rig.js';
import { accessTable, forGuests } from './access.js';

const roles = ['CUSTOMER', 'SUPPORT', 'WAREHOUSE', 'CATALOG', 'OPERATOR', 'ADMIN'] as const;
type Caller = Role | 'nobody' | 'a guest';

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

async function tokenOf(caller: Caller): Promise<string | undefined> {
  if (caller === 'nobody') return undefined;
  if (caller !== 'a guest') return rig.staff(caller);
  const { data } = await rig.ask(`mutation { startGuestSession { ... on GuestSession { accessToken } } }`);
  return data.startGuestSession.accessToken;
}

/** The code of the refusal that the table requires; null when the caller has access. */
function wanted(field: string, caller: Caller): string | null {
  const access = accessTable[field];
  if (access === 'anyone') return null;
  if (caller === 'a guest' && forGuests.has(field)) return null;
  if (caller === 'nobody' || caller === 'a guest') return 'UNAUTHENTICATED';
  if (access === 'signed-in' || caller === 'ADMIN') return null;
  return access?.includes(caller) === true ? null : 'FORBIDDEN';
}

type Refusal = { readonly extensions: { readonly code: string } };

/** Any other error comes from the resolver, so the caller had access. */
const refusalIn = (errors: readonly Refusal[] = []): string | null =>
  errors.map(({ extensions }) => extensions.code).find((code) => /^(UNAUTH|FORBID)/.test(code)) ?? null;

/** A refusal is the operation's error, or a result that has errors. */
const errorsOf = (talk: Conversation, id: string): readonly Refusal[] =>
  talk
    .of(id)
    .flatMap(({ type, payload }) =>
      type === 'error'
        ? (payload as readonly Refusal[])
        : ((payload as { readonly errors?: readonly Refusal[] } | undefined)?.errors ?? []),
    );

/** Whether the subscription is refused by the time that a query sent after it has its result. */
async function refusalOfSubscription(talk: Conversation, id: string, document: string, isSure: boolean) {
  talk.subscribe(id, document);
  talk.subscribe(`${id}-after`, '{ me { id } }');
  await eventually(() => {
    expect(talk.of(`${id}-after`).map(({ type }) => type)).toContain('complete');
    if (isSure) expect(errorsOf(talk, id)).not.toEqual([]);
  });
  return refusalIn(errorsOf(talk, id));
}

describe.each<Caller>(['nobody', 'a guest', ...roles])('%s', (caller) => {
  test.each(['query', 'mutation'] as const)(
    'has access to each %s that the table allows, and to no other',
    async (operation) => {
      const root = operation === 'query' ? 'Query' : 'Mutation';
      let token = await tokenOf(caller);
      for (const field of rootFields(operation)) {
        const { errors } = await rig.ask(anyDocument(operation, field), {}, token);
        const name = `${root}.${field.name}`;
        expect([name, refusalIn(errors)]).toEqual([name, wanted(name, caller)]);
        if (field.name === 'logout') token = await tokenOf(caller);
      }
    },
    60_000,
  );

  test('has access to the subscriptions that the table says, and to no others', async () => {
    const talk = await converse(rig.url, await tokenOf(caller));
    for (const field of rootFields('subscription')) {
      const name = `Subscription.${field.name}`;
      const refusal = wanted(name, caller);
      const document = anyDocument('subscription', field);
      const given = await refusalOfSubscription(talk, field.name, document, refusal !== null);
      expect([name, given]).toEqual([name, refusal]);
    }
    talk.socket.close();
  }, 60_000);
});

describe('the table', () => {
  const open = (to: Caller): readonly string[] =>
    Object.keys(accessTable).filter((field) => wanted(field, to) === null);
  const only = (role: Role): readonly string[] =>
    open(role)
      .filter((field) => !open('CUSTOMER').includes(field))
      .filter((field) => field.startsWith('Mutation.'));

  test('lets callers who are not signed in see the catalogue, and sign in', () => {
    expect(open('nobody').filter((field) => !field.startsWith('Query.product'))).toEqual([
      'Query.me',
      'Query.orderByCode',
      'Mutation.register',
      'Mutation.startGuestSession',
      'Mutation.login',
      'Mutation.refreshSession',
      'Subscription.stockChanged',
    ]);
  });

  test('lets only administrators give roles', () => {
    for (const role of roles)
      expect([role, open(role).includes('Mutation.setRoles')]).toEqual([role, role === 'ADMIN']);
  });

  test('lets CATALOG change products, prices and stock, and nothing else', () => {
    expect(only('CATALOG')).toEqual([
      'Mutation.createProduct',
      'Mutation.changePrice',
      'Mutation.receiveStock',
      'Mutation.adjustStock',
    ]);
  });

  test('shows the audit log to OPERATOR and ADMIN', () => {
    const readers = roles.filter((role) => open(role).includes('Query.auditLog'));
    expect(readers).toEqual(['OPERATOR', 'ADMIN']);
  });
});
