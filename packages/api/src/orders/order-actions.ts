// The actions that a viewer can take on an order now: customers on their own orders, staff by their roles.
import {
  nextActions,
  refundable,
  staffActions,
  type OrderAction,
  type OrderState,
  type StaffAction,
} from '@holdfast/ordering';
import type { OrderSummary } from '@holdfast/projections';
import { mayUse } from '../graphql/access.js';
import { notFound, orderStateError } from '../graphql/errors.js';
import type { Viewer } from '../people/viewer.js';

/** The mutation behind each action of staff. */
const mutations: Readonly<Record<StaffAction, string>> = {
  PACK: 'packOrder',
  SHIP: 'shipOrder',
  SCAN: 'recordCarrierScan',
  DELIVER: 'recordCarrierScan',
  REFUND: 'refundOrder',
  REVIEW: 'reviewOrder',
};

/** Support cancels at the wish of a customer. */
export const cancelsForOthers = (viewer: Viewer): boolean =>
  mayUse({ ...viewer, roles: viewer.roles.filter((role) => role !== 'CUSTOMER') }, 'Mutation.cancelOrder');

const cancels = (viewer: Viewer, action: OrderAction): boolean =>
  action === 'CANCEL' && cancelsForOthers(viewer);

type Actionable = Pick<OrderSummary, 'status' | 'definition' | 'customerId' | 'isPacked'> & {
  readonly isRefundable: boolean;
};

export function actionsOf(viewer: Viewer | null, order: Actionable): readonly OrderAction[] {
  if (viewer === null) return [];
  const ofCustomer = nextActions(order.status, order.definition);
  const own =
    viewer.id === order.customerId ? ofCustomer : ofCustomer.filter((action) => cancels(viewer, action));
  const asStaff = staffActions(order).filter((action) => mayUse(viewer, `Mutation.${mutations[action]}`));
  return [...own, ...asStaff];
}

/** Like `actionsOf`, for an order of a list. */
export const actionsOn = (viewer: Viewer | null, order: OrderSummary): readonly OrderAction[] => {
  const { payment } = order;
  const isRefundable = payment?.status === 'CAPTURED' || payment?.status === 'PARTLY_REFUNDED';
  return actionsOf(viewer, { ...order, isRefundable });
};

/** The refusal of a command that the order's state does not allow. */
export function refusedState(state: OrderState, viewer: Viewer, message?: string) {
  if (state.status === 'NOT_PLACED') return notFound('order');
  const { status, placed } = state;
  const { customerId, definition = 'stock-first' } = placed;
  const isPacked = 'isPacked' in state && state.isPacked;
  const isRefundable = 'invoiceNumber' in state && refundable(state).minor > 0;
  const allowed = actionsOf(viewer, { status, definition, customerId, isPacked, isRefundable });
  return orderStateError(message ?? `the order is ${status}`, status, allowed);
}
