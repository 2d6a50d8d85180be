// Taking money out of the wallet again.
import { useRef, useState } from 'react';
import { useMutation } from 'urql';
import { WithdrawDocument } from '../../generated/graphql.js';
import { newId } from '../../../shared/ids.js';
import { missingMoney, parseMoney, type Money } from '../../../shared/money.js';
import { useForm } from '../../../shared/ui/form.js';
import { Button, Field, Notice } from '../../../shared/ui/ui.js';
import { useSpeech } from '../../words/words.js';
import styles from './wallet-page.module.css';

type Outcome = { readonly good: boolean; readonly text: string };

export function Withdraw({ available }: { readonly available: Money }) {
  const { words, money } = useSpeech();
  const { currency } = available;
  const [, withdraw] = useMutation(WithdrawDocument);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  /** The key belongs to the wish: it changes once the wish has come true, or is another one. */
  const wish = useRef<{ readonly amount: string; readonly key: string } | null>(null);
  const check = (typed: string): string | null => {
    const amount = parseMoney(typed, currency);
    if (amount === null) return words.refused.amount;
    return missingMoney(amount, available) === null ? null : words.wallet.tooMuch(money(available));
  };
  const form = useForm({
    initial: { amount: '' },
    check: ({ amount }) => {
      const wrong = check(amount);
      return wrong === null ? {} : { amount: wrong };
    },
  });
  const submit = form.submit(async ({ amount: typed }) => {
    const amount = parseMoney(typed, currency);
    if (amount === null) return { amount: words.refused.amount };
    if (wish.current?.amount !== amount.amount) wish.current = { amount: amount.amount, key: newId() };
    setOutcome(null);
    const { data } = await withdraw({ input: { idempotencyKey: wish.current.key, amount } });
    if (data === undefined) {
      setOutcome({ good: false, text: words.refused.unreachable });
      return undefined;
    }
    wish.current = null;
    const answer = data.withdraw;
    if (answer.__typename === 'ValidationError') return { amount: answer.message };
    if (answer.__typename === 'NotWithdrawableError')
      return { amount: words.wallet.toCards(money(answer.withdrawable)) };
    if (answer.__typename === 'WalletSuccess') form.set('amount', '');
    setOutcome(
      answer.__typename === 'WalletSuccess'
        ? { good: true, text: words.wallet.withdrawn(money(amount)) }
        : { good: false, text: words.wallet.noWithdrawing },
    );
    return undefined;
  });
  return (
    <form ref={form.ref} className={styles.form} onSubmit={submit} noValidate>
      <h2>{words.wallet.withdraw}</h2>
      <Field
        label={words.wallet.amount(currency)}
        inputMode="decimal"
        autoComplete="off"
        {...form.field('amount')}
      />
      {outcome !== null && (
        <Notice kind={outcome.good ? 'good' : 'bad'} urgent={!outcome.good}>
          <p role="status">{outcome.text}</p>
        </Notice>
      )}
      <Button type="submit" busy={form.busy}>
        {words.wallet.withdraw}
      </Button>
    </form>
  );
}
