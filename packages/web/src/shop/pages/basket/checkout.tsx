// The order that is made of the basket: signing in or going on as a guest, the address, and the button.
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { AddressFields, addressFields, useAddressForm } from '../../basket/address-form.js';
import type { Basket } from '../../basket/basket.js';
import { usePlaceOrder } from '../../basket/place-order.js';
import { refusalText } from '../../basket/refusals.js';
import type { Money } from '../../../shared/money.js';
import { useSession, useSessionState } from '../../../shared/api/provider.js';
import { NotReached } from '../../../shared/api/session.js';
import { fieldErrors } from '../../../shared/ui/form.js';
import { Button, buttonClass, Notice } from '../../../shared/ui/ui.js';
import { useSpeech } from '../../words/words.js';
import { Refused, type Outcome } from './refused.js';
import styles from './basket-page.module.css';

type CheckoutProps = { readonly shown: Basket; readonly total: Money | null };

export function Checkout({ shown, total }: CheckoutProps) {
  const { words } = useSpeech();
  const state = useSessionState();
  const navigate = useNavigate();
  const place = usePlaceOrder();
  const isGuest = state.status === 'guest';
  const form = useAddressForm(state.status === 'signed-in' ? state.person.name : null);
  const [refused, setRefused] = useState<{ readonly outcome: Outcome; readonly total: Money | null } | null>(
    null,
  );
  const order = async (address: Parameters<typeof place>[1], agreed: Money | null) => {
    setRefused(null);
    const placed = await place(shown, address, isGuest, agreed);
    if (placed.__typename === 'OrderSuccess') {
      await navigate({ to: '/payment', search: { orderId: placed.order.id } });
      return undefined;
    }
    const errors =
      placed.__typename === 'ValidationError'
        ? fieldErrors(placed.fields, addressFields, placed.message)
        : {};
    if (Object.keys(errors).length === 0) setRefused({ outcome: placed, total: agreed });
    return errors;
  };
  const submitFor = (agreed: Money | null) => form.submit((address) => order(address, agreed));
  if (state.status === 'guest' && state.guestId === undefined) return <WhoAreYou />;
  return (
    <form ref={form.ref} className={styles.panel} onSubmit={submitFor(total)} noValidate>
      <h2>{words.basket.address}</h2>
      <AddressFields form={form} isGuest={isGuest} />
      {refused !== null && <Refused {...refused} lines={shown.lines} busy={form.busy} agree={submitFor} />}
      <Button type="submit" kind="primary" busy={form.busy}>
        {form.busy ? words.basket.placing : words.basket.place}
      </Button>
      <p className={styles.small}>{words.basket.reserved}</p>
    </form>
  );
}

/** Signing in, or ordering as a guest. */
function WhoAreYou() {
  const { words } = useSpeech();
  const session = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const start = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const started = await session.startAsGuest();
      if (started?.__typename === 'RateLimitedError') setProblem(refusalText(words, started));
    } catch (error) {
      if (!(error instanceof NotReached)) throw error;
      setProblem(words.refused.unreachable);
    }
    setBusy(false);
  };
  return (
    <section className={styles.panel}>
      <h2>{words.basket.signInFirst}</h2>
      <Link to="/sign-in" search={{ next: '/basket' }} className={buttonClass('primary')}>
        {words.account.signIn}
      </Link>
      <Button busy={busy} onClick={() => void start()}>
        {words.basket.asGuest}
      </Button>
      <p className={styles.small}>{words.basket.asGuestMore}</p>
      {problem !== null && (
        <Notice kind="bad" urgent>
          <p>{problem}</p>
        </Notice>
      )}
    </section>
  );
}
