// The time for which the goods are held, and the request for more.
import { useMutation } from 'urql';
import { ExtendReservationDocument } from '../../generated/graphql.js';
import { Countdown } from '../../../shared/ui/countdown.js';
import { Button } from '../../../shared/ui/ui.js';
import type { LiveOrder } from '../../order/use-order.js';
import { useSpeech } from '../../words/words.js';
import styles from './payment-page.module.css';

export function Held({ order }: { readonly order: LiveOrder }) {
  const { words } = useSpeech();
  const [{ data, fetching }, extend] = useMutation(ExtendReservationDocument);
  if (order.reservationExpiresAt === null) return null;
  const outcome = data?.extendReservation.__typename;
  return (
    <div className={styles.held}>
      <span>{words.payment.left}</span>
      <Countdown
        className={styles.clock}
        deadline={order.reservationExpiresAt}
        spoken={words.payment.leftSpoken}
        over={words.payment.over}
      />
      {outcome === undefined ? (
        <Button
          kind="link"
          busy={fetching}
          onClick={() => void extend({ input: { idempotencyKey: `extend:${order.id}`, orderId: order.id } })}
        >
          {words.payment.more}
        </Button>
      ) : (
        <span role="status">
          {outcome === 'OrderSuccess' ? words.payment.moreDone : words.payment.moreRefused}
        </span>
      )}
    </div>
  );
}
