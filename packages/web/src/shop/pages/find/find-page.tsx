// An order of a guest, found by its code and the e-mail address that it was placed with.
import { useState } from 'react';
import { useClient } from 'urql';
import { FindOrderDocument, type OrderDetailFragment } from '../../generated/graphql.js';
import { useForm } from '../../../shared/ui/form.js';
import { Button, Field, Heading, Notice } from '../../../shared/ui/ui.js';
import { failureText } from '../../basket/refusals.js';
import { OrderLines } from '../../order/lines.js';
import { GivenBack } from '../../order/given-back.js';
import { Ended } from '../../order/ended.js';
import { Parcels } from '../../order/parcels.js';
import { Timeline } from '../../order/timeline.js';
import { StatusChip } from '../../order/order-states.js';
import { useSpeech } from '../../words/words.js';
import styles from './find-page.module.css';

export function FindPage() {
  const { words } = useSpeech();
  const client = useClient();
  const [found, setFound] = useState<OrderDetailFragment | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({
    initial: { code: '', email: '' },
    check: ({ code, email }) => ({
      ...(code.trim() === '' && { code: words.refused.required }),
      ...(!email.includes('@') && { email: words.refused.email }),
    }),
    draft: 'holdfast.find',
  });
  const submit = form.submit(async ({ code, email }) => {
    setProblem(null);
    setFound(null);
    const { data, error } = await client
      .query(FindOrderDocument, { code: code.trim(), email: email.trim() }, { requestPolicy: 'network-only' })
      .toPromise();
    if (data === undefined) setProblem(failureText(words, error));
    else if (data.orderByCode === null) setProblem(words.find.none);
    else setFound(data.orderByCode);
    return undefined;
  });
  return (
    <div className={styles.page}>
      <Heading title={words.title(words.find.title)}>{words.find.title}</Heading>
      <p>{words.find.explain}</p>
      <form ref={form.ref} className={styles.panel} onSubmit={submit} noValidate>
        <Field label={words.find.code} autoComplete="off" spellCheck={false} {...form.field('code')} />
        <Field label={words.account.email} type="email" autoComplete="email" {...form.field('email')} />
        {problem !== null && (
          <Notice kind="bad" urgent>
            <p>{problem}</p>
          </Notice>
        )}
        <Button type="submit" kind="primary" busy={form.busy}>
          {words.find.find}
        </Button>
      </form>
      {found !== null && <Found order={found} />}
    </div>
  );
}

function Found({ order }: { readonly order: OrderDetailFragment }) {
  const { words, dateTime } = useSpeech();
  return (
    <>
      <section className={styles.panel} aria-live="polite">
        <h2>{words.order.title(order.code)}</h2>
        <p>
          <StatusChip status={order.status} /> {words.order.placed(dateTime(order.placedAt))}
        </p>
        <Ended order={order} />
        <OrderLines order={order} />
        <h3>{words.order.timeline}</h3>
        <Timeline order={order} />
      </section>
      <Parcels order={order} />
      <GivenBack order={order} />
    </>
  );
}
