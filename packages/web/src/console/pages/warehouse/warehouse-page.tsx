// The orders that wait in the warehouse, oldest first: to be packed, or to be handed over to the carrier.
import { useState } from 'react';
import { serverNow } from '../../../shared/api/server-clock.js';
import { Actions } from '../../../shared/ui/ui.js';
import {
  WarehouseQueueDocument,
  type WarehouseQueueQuery,
  type WarehouseStage,
} from '../../generated/graphql.js';
import { warehouseSearch } from '../../search.js';
import { useFilters } from '../../ui/link.js';
import { PagedTable } from '../../ui/paged-table.js';
import { durationText, Mono, OrderLink, Page, Toolbar, type Column } from '../../ui/parts.js';
import { Select } from '../../ui/filters.js';
import { Label, Pack, Ship } from '../orders/parcel-acts.js';

type Task = WarehouseQueueQuery['warehouseQueue']['nodes'][number];

const stages = [['TO_SHIP', 'To hand over']] as const;

const columns = (again: () => void): readonly Column<Task>[] => [
  { name: 'Order', cell: ({ order }) => <OrderLink id={order.id} /> },
  { name: 'Code', cell: ({ order }) => <Mono>{order.code}</Mono> },
  {
    name: 'Goods',
    cell: ({ order }) => order.lines.map(({ quantity, sku }) => `${quantity} × ${sku}`).join(', '),
  },
  {
    name: 'To',
    cell: ({ shippingAddress: { name, line1, postalCode, city, country } }) =>
      [name, line1, `${postalCode} ${city}`.trim(), country].join(', '),
  },
  { name: 'Waits for', number: true, cell: ({ since }) => durationText(serverNow() - Date.parse(since)) },
  { name: 'Tracking', cell: ({ trackingNumber }) => <Mono>{trackingNumber ?? ''}</Mono> },
  {
    name: 'Act',
    cell: ({ stage, order, labelUrl, trackingNumber }) => (
      <Actions>
        {stage === 'TO_PACK' && <Pack order={order} again={again} />}
        {stage === 'TO_SHIP' && <Ship order={order} again={again} />}
        {labelUrl !== null && <Label parcel={{ labelUrl, trackingNumber: trackingNumber ?? 'label' }} />}
      </Actions>
    ),
  },
];

export function WarehousePage() {
  const [search, set] = useFilters('/warehouse', warehouseSearch);
  const [acts, setActs] = useState(0);
  const stage: WarehouseStage = search.stage === 'TO_SHIP' ? 'TO_SHIP' : 'TO_PACK';
  return (
    <Page title="Warehouse">
      <Toolbar>
        <Select
          label="What waits"
          none="To pack"
          value={search.stage}
          options={stages}
          onChange={(value) => {
            set('stage', value);
          }}
        />
      </Toolbar>
      <PagedTable
        key={acts}
        label="Orders that wait"
        document={WarehouseQueueDocument}
        variables={{ stage }}
        listOf={({ warehouseQueue }) => warehouseQueue}
        columns={columns(() => {
          setActs(acts + 1);
        })}
        keyOf={({ id }) => id}
        empty="Nothing waits here."
      />
    </Page>
  );
}
