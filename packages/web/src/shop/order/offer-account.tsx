// An account, offered to a guest once there is an order to keep.
import { Link } from '@tanstack/react-router';
import { useSessionState } from '../../shared/api/provider.js';
import { createStore } from '../../shared/store.js';
import { buttonClass } from '../../shared/ui/ui.js';
import { useSpeech } from '../words/words.js';
import type { LiveOrder } from './use-order.js';

/** The address that a guest gave with an order; the form for an account begins with it. */
export const givenEmail = createStore('');

type Props = { readonly order: Pick<LiveOrder, 'id' | 'guestEmail'> };

export function OfferAccount({ order: { id, guestEmail } }: Props) {
  const { words } = useSpeech();
  if (useSessionState().status !== 'guest') return null;
  return (
    <section>
      <h3>{words.order.keep}</h3>
      <p>{words.order.keepMore}</p>
      <Link
        to="/sign-in"
        search={{ new: 'yes', next: `/order?orderId=${id}` }}
        className={buttonClass()}
        onClick={() => {
          givenEmail.set(guestEmail ?? '');
        }}
      >
        {words.account.register}
      </Link>
    </section>
  );
}
