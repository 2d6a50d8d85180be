// The present actions of staff on an order: only those that the order's state and their roles allow. Each act asks why
// where the reason is recorded, and stands on the timeline with its author.
import type { ReactNode } from 'react';
import { useSessionState } from '../../../shared/api/provider.js';
import { Actions } from '../../../shared/ui/ui.js';
import { hasRole } from '../../navigation.js';
import { Panel } from '../../ui/parts.js';
import { Cancel, Review } from './decisions.js';
import { DeclineReturns, leftToReturn, Refund, TakeBack } from './giving-back.js';
import { Label, Pack, Scan, Ship } from './parcel-acts.js';
import type { ActProps, Order } from './use-act.js';

const handedOver: readonly string[] = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED'];

export function OrderActions({ order, again }: ActProps) {
  const state = useSessionState();
  const can = (action: Order['nextActions'][number]): boolean => order.nextActions.includes(action);
  const takesBack =
    state.status === 'signed-in' &&
    hasRole(state.person.roles, ['WAREHOUSE']) &&
    handedOver.includes(order.status) &&
    leftToReturn(order).length > 0;
  const [parcel] = order.shipments;
  const acts: readonly (ReactNode | false | undefined)[] = [
    can('PACK') && <Pack key="pack" order={order} again={again} />,
    can('SHIP') && <Ship key="ship" order={order} again={again} />,
    parcel !== undefined && mayLabel(state) && <Label key="label" parcel={parcel} />,
    parcel !== undefined && can('SCAN') && (
      <Scan key="scan" trackingNumber={parcel.trackingNumber} again={again} />
    ),
    takesBack && <TakeBack key="back" order={order} again={again} />,
    declines(state, order) && <DeclineReturns key="decline" order={order} again={again} />,
    can('REFUND') && <Refund key="refund" order={order} again={again} />,
    can('CANCEL') && <Cancel key="cancel" order={order} again={again} />,
  ];
  const offered = acts.filter(Boolean);
  return (
    <>
      {can('REVIEW') && <Review orderId={order.id} again={again} />}
      {offered.length > 0 && (
        <Panel title="Act" padded>
          <Actions>{offered}</Actions>
        </Panel>
      )}
    </>
  );
}

const declines = (
  state: ReturnType<typeof useSessionState>,
  { returnRequests }: Pick<Order, 'returnRequests'>,
): boolean =>
  state.status === 'signed-in' &&
  hasRole(state.person.roles, ['WAREHOUSE', 'SUPPORT']) &&
  returnRequests.some(({ status }) => status === 'OPEN');

const mayLabel = (state: ReturnType<typeof useSessionState>): boolean =>
  state.status === 'signed-in' && hasRole(state.person.roles, ['WAREHOUSE']);
