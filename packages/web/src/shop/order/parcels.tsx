// The parcels of an order, scan by scan.
import { useSubscription } from 'urql';
import { ParcelUpdatedDocument, type ParcelFragment } from '../generated/graphql.js';
import { useSpeech } from '../words/words.js';
import panel from '../pages/order/order-page.module.css';
import styles from './timeline.module.css';
import type { LiveOrder } from './use-order.js';

type Props = {
  readonly order: Pick<LiveOrder, 'id' | 'shipments'>;
  /** Whether new scans are shown as they come: for those whose order it is. */
  readonly isLive?: boolean;
};

export function Parcels({ order: { id, shipments }, isLive = false }: Props) {
  // Its updates go into the cache, and the parcel is shown from there.
  useSubscription({
    query: ParcelUpdatedDocument,
    variables: { orderId: id },
    pause: !isLive || shipments.length === 0,
  });
  return shipments.map((parcel) => <Parcel key={parcel.id} parcel={parcel} />);
}

function Parcel({ parcel: { carrier, trackingNumber, scans } }: { readonly parcel: ParcelFragment }) {
  const { words, dateTime } = useSpeech();
  return (
    <section className={panel.panel}>
      <h2>{words.order.shipment}</h2>
      <p>
        {words.order.tracking} <strong>{trackingNumber}</strong> {words.order.carrier(carrier)}
      </p>
      {scans.length === 0 ? (
        <p>{words.order.noScan}</p>
      ) : (
        <ol className={styles.timeline} aria-live="polite" aria-relevant="additions">
          {scans.map(({ code, location, at }) => (
            <li key={`${at} ${code}`} className={styles.step}>
              <strong>
                {words.order.scans[code] ?? scanInWords(code)}
                {location !== null && ` ${words.order.at(location)}`}
              </strong>
              <time dateTime={at}>{dateTime(at)}</time>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** A code of the carrier that the catalogue does not have. */
const scanInWords = (code: string): string => {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
