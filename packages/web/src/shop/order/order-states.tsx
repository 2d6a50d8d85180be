// The page's states without an order (loading, failed, missing), and the chip with its status.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { buttonClass, Chip, Empty, Failed, Loading, type Tone } from '../../shared/ui/ui.js';
import { useSpeech } from '../words/words.js';
import { useOrder, type LiveOrder } from './use-order.js';

type Props = {
  readonly orderId: string | undefined;
  readonly children: (order: LiveOrder, again: () => void) => ReactNode;
};

export function WithOrder({ orderId, children }: Props) {
  const { words } = useSpeech();
  const loading = useOrder(orderId);
  switch (loading.state) {
    case 'there':
      return children(loading.order, loading.again);
    case 'loading':
      return <Loading label={words.states.loading} />;
    case 'failed':
      return (
        <Failed
          title={words.states.failed}
          message={words.connection.awayMore}
          retry={words.states.retry}
          onRetry={loading.again}
        />
      );
    case 'missing':
      return (
        <Empty title={words.payment.none}>
          <p>{words.payment.noneMore}</p>
          <Link to="/orders" className={buttonClass()}>
            {words.nav.orders}
          </Link>
        </Empty>
      );
  }
}

const tones: Readonly<Record<string, Tone>> = {
  CREATED: 'busy',
  RESERVED: 'warn',
  PAYMENT_PENDING: 'busy',
  PAID: 'good',
  UNDER_REVIEW: 'warn',
  CONFIRMED: 'good',
  SHIPPED: 'good',
  IN_TRANSIT: 'busy',
  DELIVERED: 'good',
  FAILED: 'bad',
};

export function StatusChip({ status }: { readonly status: string }) {
  const { words } = useSpeech();
  return <Chip tone={tones[status] ?? 'plain'}>{words.status[status] ?? status}</Chip>;
}
