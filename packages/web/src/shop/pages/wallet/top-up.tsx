// Putting money into the wallet: at once where money is free, else by card on the gateway's page and back.
import { useState } from 'react';
import { useDeposits, type DepositOutcome } from '../../deposits/use-deposit.js';
import { useReturnedDeposit } from '../../deposits/use-returned-deposit.js';
import { parseMoney } from '../../../shared/money.js';
import { useForm } from '../../../shared/ui/form.js';
import { Button, buttonClass, Field, Loading, Notice } from '../../../shared/ui/ui.js';
import { useSpeech } from '../../words/words.js';
import { depositTrouble } from './deposit-trouble.js';
import styles from './wallet-page.module.css';

export function TopUp({ currency }: { readonly currency: string }) {
  const { words } = useSpeech();
  const { start } = useDeposits();
  const [outcome, setOutcome] = useState<DepositOutcome | null>(null);
  const returned = useReturnedDeposit(null, setOutcome);
  const form = useForm({
    initial: { amount: '' },
    check: ({ amount }) => (parseMoney(amount, currency) === null ? { amount: words.refused.amount } : {}),
    draft: 'holdfast.top-up',
  });
  const submit = form.submit(async ({ amount: typed }) => {
    const amount = parseMoney(typed, currency);
    if (amount === null) return { amount: words.refused.amount };
    setOutcome(null);
    const next = await start(amount);
    if (next.kind === 'refused' && next.fields.some((field) => field.startsWith('amount')))
      return { amount: next.message };
    if (next.kind === 'done') form.set('amount', '');
    setOutcome(next);
    if (next.kind === 'away') location.assign(next.url);
    return undefined;
  });
  if (returned?.kind === 'checking' || returned?.kind === 'unreachable')
    return (
      <section className={styles.form}>
        <h2>{words.wallet.deposit}</h2>
        <Loading label={words.wallet.checking} />
      </section>
    );
  return (
    <form ref={form.ref} className={styles.form} onSubmit={submit} noValidate>
      <h2>{words.wallet.deposit}</h2>
      <Field
        label={words.wallet.amount(currency)}
        inputMode="decimal"
        autoComplete="off"
        {...form.field('amount')}
      />
      <Outcome outcome={outcome ?? returned} />
      <Button type="submit" kind="primary" busy={form.busy}>
        {words.wallet.deposit}
      </Button>
    </form>
  );
}

function Outcome({ outcome }: { readonly outcome: DepositOutcome | null }) {
  const { words, money } = useSpeech();
  if (outcome === null) return null;
  const { kind } = outcome;
  if (kind === 'done')
    return (
      <Notice kind="good">
        <p role="status">{words.wallet.deposited(money(outcome.amount))}</p>
      </Notice>
    );
  if (kind === 'away')
    return (
      <Notice kind="warn">
        <p>{words.wallet.notPaidYet}</p>
        <a href={outcome.url} className={buttonClass()}>
          {words.payment.toProvider}
        </a>
      </Notice>
    );
  return (
    <Notice kind={kind === 'checking' ? 'warn' : 'bad'} urgent>
      <p>{depositTrouble(words, outcome)}</p>
    </Notice>
  );
}
