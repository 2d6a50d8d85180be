// An order that ended without a delivery: the reason, and the next actions.
import { useNavigate } from '@tanstack/react-router';
import { Actions, Button, Notice } from '../../shared/ui/ui.js';
import { basket, withMore } from '../basket/basket.js';
import { useSpeech } from '../words/words.js';
import type { LiveOrder } from './use-order.js';

type Props = {
  readonly order: Pick<LiveOrder, 'status' | 'failureReason' | 'lines'>;
  readonly urgent?: boolean;
};

export function Ended({ order: { status, failureReason, lines }, urgent = false }: Props) {
  const { words } = useSpeech();
  const navigate = useNavigate();
  if (status !== 'FAILED' && status !== 'CANCELLED') return null;
  const reason = words.reasons[failureReason ?? ''] ?? { title: words.happened[status] ?? status, next: '' };
  return (
    <Notice kind={status === 'FAILED' ? 'bad' : 'warn'} title={reason.title} urgent={urgent}>
      <p>{reason.next}</p>
      <Actions>
        <Button
          kind="primary"
          onClick={() => {
            basket.set(withMore(basket.get(), lines));
            void navigate({ to: '/basket' });
          }}
        >
          {words.payment.again}
        </Button>
        {failureReason === 'INSUFFICIENT_FUNDS' && (
          <Button onClick={() => void navigate({ to: '/wallet' })}>{words.wallet.deposit}</Button>
        )}
      </Actions>
    </Notice>
  );
}
