// A parcel on its way: packed, handed over, its label, and what the carrier reads on it.
import { useState } from 'react';
import { useMutation } from 'urql';
import { download } from '../../../shared/api/download.js';
import { useSession } from '../../../shared/api/provider.js';
import { Button, Field } from '../../../shared/ui/ui.js';
import { PackDocument, ScanDocument, ShipDocument } from '../../generated/graphql.js';
import { ReasonDialog } from '../../ui/reason-dialog.js';
import { useAct, type Order } from './use-act.js';

export function Pack({
  order: { id: orderId },
  again,
}: {
  readonly order: { readonly id: string };
  readonly again: () => void;
}) {
  const [, pack] = useMutation(PackDocument);
  const run = useAct(pack, again);
  return (
    <ReasonDialog
      label="Pack"
      kind="primary"
      title="Is everything in the parcel?"
      explain="The carrier then makes the label."
      reason="optional"
      act={(reason, idempotencyKey) => run({ idempotencyKey, orderId, ...(reason !== '' && { reason }) })}
    />
  );
}

export function Ship({
  order: { id: orderId },
  again,
}: {
  readonly order: { readonly id: string };
  readonly again: () => void;
}) {
  const [, ship] = useMutation(ShipDocument);
  const run = useAct(ship, again);
  return (
    <ReasonDialog
      label="Ship"
      kind="primary"
      title="Has the carrier got the parcel?"
      explain="From then on the order can’t be cancelled."
      reason="optional"
      act={(reason, idempotencyKey) => run({ idempotencyKey, orderId, ...(reason !== '' && { reason }) })}
    />
  );
}

export function Label({
  parcel,
}: {
  readonly parcel: Pick<Order['shipments'][number], 'labelUrl' | 'trackingNumber'>;
}) {
  const session = useSession();
  const [failed, setFailed] = useState(false);
  return (
    <>
      <Button
        onClick={() =>
          void download(session, parcel.labelUrl, `${parcel.trackingNumber}.pdf`).then((done) => {
            setFailed(!done);
          })
        }
      >
        Label (PDF)
      </Button>
      <span role="status">{failed && 'The label could not be loaded.'}</span>
    </>
  );
}

const scanCodes = ['IN_TRANSIT', 'HUB', 'OUT_FOR_DELIVERY', 'DELIVERY_FAILED', 'DELIVERED'];

export function Scan({
  trackingNumber,
  again,
}: {
  readonly trackingNumber: string;
  readonly again: () => void;
}) {
  const [, scan] = useMutation(ScanDocument);
  const run = useAct(scan, again);
  const [code, setCode] = useState('IN_TRANSIT');
  const [location, setLocation] = useState('');
  return (
    <ReasonDialog
      label="Scan"
      title="What did the carrier read?"
      reason="optional"
      explain={
        <>
          <Field
            label="Code"
            control={(tied) => (
              <select
                {...tied}
                value={code}
                onChange={({ target }) => {
                  setCode(target.value);
                }}
              >
                {scanCodes.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          />
          <Field
            label="Place (optional)"
            value={location}
            maxLength={200}
            autoComplete="off"
            onChange={({ target }) => {
              setLocation(target.value);
            }}
          />
        </>
      }
      act={(reason, idempotencyKey) => {
        const place = location.trim();
        const more = { ...(place !== '' && { location: place }), ...(reason !== '' && { reason }) };
        return run({ idempotencyKey, trackingNumber, code, ...more });
      }}
    />
  );
}
