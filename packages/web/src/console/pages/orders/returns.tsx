// Goods of an order that its customer wants to send back, and those that came back.
import { moneyText, Panel, Table, Time, unitsText } from '../../ui/parts.js';
import type { Order } from './use-act.js';

export function Requests({ order: { returnRequests } }: { readonly order: Order }) {
  if (returnRequests.length === 0) return null;
  return (
    <Panel title="What the customer wants to send back">
      <Table
        label="Requests to send back"
        rows={returnRequests}
        keyOf={({ id }) => id}
        columns={[
          { name: 'When', cell: ({ at }) => <Time at={at} /> },
          { name: 'Goods', cell: ({ lines }) => unitsText(lines) },
          { name: 'Why', cell: ({ reason }) => reason },
          {
            name: 'Now',
            cell: ({ status, openLines, declineReason }) => {
              if (status === 'OPEN') return `Waits for ${unitsText(openLines)}`;
              return status === 'CAME_BACK' ? 'Came back' : `Declined: ${declineReason ?? ''}`;
            },
          },
        ]}
      />
    </Panel>
  );
}

export function Returns({ order: { returns } }: { readonly order: Order }) {
  if (returns.length === 0) return null;
  return (
    <Panel title="What came back">
      <Table
        label="Returns"
        rows={returns}
        keyOf={({ id }) => id}
        columns={[
          { name: 'When', cell: ({ at }) => <Time at={at} /> },
          {
            name: 'Goods',
            cell: ({ lines }) => unitsText(lines),
          },
          { name: 'Refund', number: true, cell: ({ refund }) => refund !== null && moneyText(refund) },
        ]}
      />
    </Panel>
  );
}
