// The stock of an order's products at a moment.
import type { MomentProductFragment } from '../../generated/graphql.js';
import { countText, Mono, Table } from '../../ui/parts.js';

export const Stock = ({ products }: { readonly products: readonly MomentProductFragment[] }) => (
  <Table
    label="Stock"
    rows={products}
    keyOf={({ sku }) => sku}
    columns={[
      { name: 'SKU', cell: ({ sku }) => <Mono>{sku}</Mono> },
      { name: 'On hand', number: true, cell: ({ onHand }) => countText(onHand) },
      { name: 'Reserved', number: true, cell: ({ reserved }) => countText(reserved) },
      { name: 'For this order', number: true, cell: ({ reservedForOrder }) => countText(reservedForOrder) },
    ]}
  />
);
