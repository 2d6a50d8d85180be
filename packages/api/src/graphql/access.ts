// The roles that may use each field of the schema's roots, as one table. A field without a row keeps the program from
// starting. Resolvers limit the data: customers get their own only.
import type { Role } from '@holdfast/accounts';
import {
  defaultFieldResolver,
  getNamedType,
  isObjectType,
  isUnionType,
  OperationTypeNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { invariant } from '@holdfast/kernel';
import { graphQLError, rateLimited } from './errors.js';
import { longestWaitMs } from './inputs.js';
import type { OwnWrites } from '../queries/own-writes.js';
import type { People } from '../people/people.js';
import type { Viewer } from '../people/viewer.js';
import type { RequestContext } from './request-context.js';

/** ADMIN may do everything and is not listed. */
type Access = 'anyone' | 'signed-in' | readonly Role[];

const orderReaders = ['SUPPORT', 'WAREHOUSE', 'OPERATOR'] as const;
const walletReaders = ['SUPPORT', 'OPERATOR'] as const;
const operators = ['OPERATOR'] as const;
const sagaReaders = ['SUPPORT', 'OPERATOR'] as const;

export const accessTable: Readonly<Record<string, Access>> = {
  'Query.me': 'anyone',
  'Query.product': 'anyone',
  'Query.products': 'anyone',
  'Query.orderByCode': 'anyone',
  'Query.order': 'signed-in',
  'Query.orders': 'signed-in',
  'Query.wallet': 'signed-in',
  'Query.notifications': 'signed-in',
  'Query.saga': sagaReaders,
  'Query.sagas': sagaReaders,
  'Query.timers': sagaReaders,
  'Query.orderAt': sagaReaders,
  'Query.moments': sagaReaders,
  'Query.whatIf': sagaReaders,
  'Query.searchEvents': operators,
  'Query.causation': operators,
  'Query.givenWhenThen': operators,
  'Query.streams': operators,
  'Query.stream': operators,
  'Query.events': operators,
  'Query.parkedEvents': operators,
  'Query.parkedPreview': operators,
  'Query.parkedDryRun': operators,
  'Query.bulkRun': operators,
  'Query.warehouseQueue': ['WAREHOUSE', 'OPERATOR'],
  'Query.bridge': operators,
  'Query.projections': operators,
  'Query.rebuildDiff': operators,
  'Query.reconciliation': operators,
  'Query.auditLog': operators,

  'Mutation.register': 'anyone',
  'Mutation.startGuestSession': 'anyone',
  'Mutation.login': 'anyone',
  'Mutation.refreshSession': 'anyone',
  'Mutation.logout': 'signed-in',
  'Mutation.updateProfile': 'signed-in',
  'Mutation.markNotificationsRead': 'signed-in',
  'Mutation.changePassword': 'signed-in',
  'Mutation.setRoles': [],
  'Mutation.viewCustomer': walletReaders,
  'Mutation.placeOrder': ['CUSTOMER'],
  'Mutation.payOrder': ['CUSTOMER'],
  'Mutation.cancelOrder': ['CUSTOMER', 'SUPPORT'],
  'Mutation.extendReservation': ['CUSTOMER'],
  'Mutation.requestReturn': ['CUSTOMER'],
  'Mutation.deposit': ['CUSTOMER'],
  'Mutation.withdraw': ['CUSTOMER'],
  'Mutation.reviewOrder': ['SUPPORT'],
  'Mutation.creditWallet': ['SUPPORT'],
  'Mutation.packOrder': ['WAREHOUSE'],
  'Mutation.shipOrder': ['WAREHOUSE'],
  'Mutation.recordCarrierScan': ['WAREHOUSE'],
  'Mutation.returnOrder': ['WAREHOUSE'],
  'Mutation.declineReturn': ['WAREHOUSE', 'SUPPORT'],
  'Mutation.refundOrder': ['SUPPORT'],
  'Mutation.createProduct': ['CATALOG', 'OPERATOR'],
  'Mutation.changePrice': ['CATALOG', 'OPERATOR'],
  'Mutation.receiveStock': ['CATALOG', 'WAREHOUSE', 'OPERATOR'],
  'Mutation.adjustStock': ['CATALOG', 'WAREHOUSE', 'OPERATOR'],
  'Mutation.retryParkedEvents': operators,
  'Mutation.retryParked': operators,
  'Mutation.discardParkedEvents': operators,
  'Mutation.retrySagaStep': operators,
  'Mutation.settleSagaStep': operators,
  'Mutation.moveTimer': operators,
  'Mutation.fireTimer': operators,
  'Mutation.rescheduleTimer': operators,
  'Mutation.rebuildProjection': operators,
  'Mutation.switchProjection': operators,
  'Mutation.abandonRebuild': operators,

  'Subscription.orderUpdated': 'signed-in',
  'Subscription.parcelUpdated': 'signed-in',
  'Subscription.walletUpdated': 'signed-in',
  'Subscription.stockChanged': 'anyone',
  'Subscription.notificationReceived': 'signed-in',
  'Subscription.eventAppended': operators,
  'Subscription.sagaUpdated': sagaReaders,
  'Subscription.eventParked': operators,
};

/**
 * The mutations by which people act on nothing but their own account: session, password, profile with saved views, read
 * notifications. They take no reason and have no entry in the audit log. Every other mutation of staff takes a reason.
 */
export const actsOnOneself: ReadonlySet<string> = new Set([
  'Mutation.logout',
  'Mutation.updateProfile',
  'Mutation.markNotificationsRead',
  'Mutation.changePassword',
]);

/** The fields for signed-in callers that guests may use as well. They concern a guest's own orders. */
export const forGuests: ReadonlySet<string> = new Set([
  'Query.order',
  'Query.orders',
  'Query.notifications',
  'Mutation.logout',
  'Mutation.placeOrder',
  'Mutation.payOrder',
  'Mutation.cancelOrder',
  'Mutation.extendReservation',
  'Mutation.requestReturn',
  'Mutation.markNotificationsRead',
  'Subscription.orderUpdated',
  'Subscription.parcelUpdated',
  'Subscription.notificationReceived',
]);

const hasRole = (viewer: Viewer, roles: readonly Role[]): boolean =>
  viewer.roles.includes('ADMIN') || viewer.roles.some((role) => roles.includes(role));

/** Whether the viewer is staff with access to every customer's orders. */
export const readsAllOrders = (viewer: Viewer): boolean => hasRole(viewer, orderReaders);

/** Whether the viewer is staff with access to every customer's wallet. */
export const readsAllWallets = (viewer: Viewer): boolean => hasRole(viewer, walletReaders);

/** Whether the viewer's roles allow a field of the schema's roots, such as `Mutation.packOrder`. */
export function mayUse(viewer: Viewer, field: string): boolean {
  const access = accessTable[field];
  return access !== undefined && access !== 'anyone' && access !== 'signed-in' && hasRole(viewer, access);
}

/** Whether the viewer has any role besides CUSTOMER. */
export const isStaff = (viewer: Viewer | null): boolean =>
  viewer?.roles.some((role) => role !== 'CUSTOMER') ?? false;

/** @throws GraphQLError UNAUTHENTICATED or FORBIDDEN */
function authorise(name: string, access: Access, viewer: Viewer | null): void {
  if (access === 'anyone') return;
  if (viewer?.isGuest === true && forGuests.has(name)) return;
  if (viewer === null || viewer.isGuest === true) throw graphQLError('UNAUTHENTICATED', 'sign in first');
  if (access !== 'signed-in' && !hasRole(viewer, access))
    throw graphQLError(
      'FORBIDDEN',
      `your roles do not allow this: it needs ${[...access, 'ADMIN'].join(' or ')}`,
    );
}

/** A process finishes this many mutations in a few seconds. With more, all would wait until their time limit. */
const mostMutationsAtOnce = 4_000;
const busyRetryMs = 1_000;

type Field = GraphQLField<unknown, RequestContext>;

/** Makes every root field check the table first. @throws InvariantViolation unless table and schema match */
export function guarded(
  schema: GraphQLSchema,
  people: () => People,
  ownWrites: OwnWrites,
  mutationsAtOnce = mostMutationsAtOnce,
): GraphQLSchema {
  const unused = new Set(Object.keys(accessTable));
  const underWay = { mutations: 0, most: mutationsAtOnce };
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const root of roots) {
    for (const field of Object.values<Field>(root?.getFields() ?? {})) {
      const name = `${root?.name ?? ''}.${field.name}`;
      const access = accessTable[name];
      invariant(access !== undefined, `${name} has no row in the access table`);
      unused.delete(name);
      if (root === schema.getSubscriptionType()) guardSubscription(name, field, access);
      else guardField(root as GraphQLObjectType, field, access, people, ownWrites, underWay);
    }
  }
  takeTurns(schema);
  invariant(unused.size === 0, `the access table has rows for no field: ${[...unused].join(', ')}`);
  return schema;
}

/** Keeps operations from blocking the event loop: every field with a resolver waits for its turn. */
function takeTurns(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type === schema.getSubscriptionType()) continue;
    for (const field of Object.values<Field>(type.getFields())) {
      const { resolve } = field;
      if (resolve === undefined) continue;
      field.resolve = (source, args, context, info): unknown =>
        // An update is resolved long after the operation of its subscription has ended, so it takes no turn.
        info.operation.operation === OperationTypeNode.SUBSCRIPTION
          ? resolve(source, args, context, info)
          : context.operation.inTurn(() => resolve(source, args, context, info));
    }
  }
}

function guardField(
  root: GraphQLObjectType,
  field: Field,
  access: Access,
  people: () => People,
  ownWrites: OwnWrites,
  underWay: { mutations: number; readonly most: number },
): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  const isMutation = root.name === 'Mutation';
  field.resolve = async (source, args, context, info): Promise<unknown> => {
    const { viewer, operation } = context;
    authorise(`${root.name}.${field.name}`, access, viewer);
    operation.mayTake(waitOf(args as { readonly input?: object }));
    if (!isMutation) {
      if (viewer !== null) await ownWrites.areShown(viewer.id, isStaff(viewer));
      return resolve(source, args, context, info);
    }
    if (underWay.mutations >= underWay.most) return tooMany(info.returnType, busyRetryMs);
    underWay.mutations += 1;
    try {
      const retryAfterMs = viewer === null ? null : await people().mutationExceeds(viewer);
      if (retryAfterMs !== null) return tooMany(info.returnType, retryAfterMs);
      const result: unknown = await resolve(source, args, context, info);
      if (viewer !== null) ownWrites.note(viewer.id, result);
      return result;
    } finally {
      underWay.mutations -= 1;
    }
  };
}

/** Returns the member of the mutation's union. @throws GraphQLError RATE_LIMITED where the union has none */
function tooMany(returnType: GraphQLOutputType, retryAfterMs: number): unknown {
  const type = getNamedType(returnType);
  if (isUnionType(type) && type.getTypes().some(({ name }) => name === 'RateLimitedError'))
    return rateLimited(retryAfterMs);
  throw graphQLError('RATE_LIMITED', 'too many requests: try again later', { retryAfterMs });
}

/** The `waitMs` of the mutation's input: how long the caller lets the mutation wait. */
function waitOf({ input = {} }: { readonly input?: object }): number {
  const { waitMs } = input as { readonly waitMs?: unknown };
  return typeof waitMs === 'number' ? Math.min(Math.max(waitMs, 0), longestWaitMs) : 0;
}

/** Checks at the start and again for each message: roles and sessions end while a socket stays open. */
function guardSubscription(name: string, field: Field, access: Access): void {
  const { subscribe, resolve = defaultFieldResolver } = field;
  invariant(subscribe !== undefined, `${field.name} can be subscribed to`);
  field.subscribe = async (source, args, context, info): Promise<unknown> => {
    authorise(name, access, await viewerNow(context));
    return subscribe(source, args, context, info);
  };
  field.resolve = async (source, args, context, info): Promise<unknown> => {
    // Over HTTP there is no subscription, and so no update to show.
    if (source === undefined) throw graphQLError('BAD_USER_INPUT', 'subscriptions are for WebSocket');
    authorise(name, access, await viewerNow(context));
    return resolve(source, args, context, info);
  };
}

const viewerNow = async ({ viewer, viewerNow: now }: RequestContext): Promise<Viewer | null> =>
  now === undefined ? viewer : now();
