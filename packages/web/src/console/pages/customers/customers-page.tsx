// The shop as one customer sees it, for staff to look at. Each look needs a reason and is in the audit log; nothing can be
// changed from here.
import { useState } from 'react';
import { useMutation } from 'urql';
import { newId } from '../../../shared/ids.js';
import { Actions, Button, Field, Notice } from '../../../shared/ui/ui.js';
import { useForm } from '../../../shared/ui/form.js';
import { ViewCustomerDocument, type ViewCustomerMutation } from '../../generated/graphql.js';
import { customersSearch } from '../../search.js';
import { useGo, useSearch } from '../../ui/link.js';
import { Nothing, Page, Panel, styles } from '../../ui/parts.js';
import { CustomerSeen } from './customer-seen.js';

/** `look`: another one for each look; `reason`: also that of its further pages. */
type Looked = {
  readonly found: ViewCustomerMutation['viewCustomer'];
  readonly reason: string;
  readonly look: string;
};

export function CustomersPage() {
  const { customer = '' } = useSearch(customersSearch);
  // A link to another customer is another look.
  return (
    <Page title="As a customer">
      <Look key={customer} customer={customer} />
    </Page>
  );
}

function Look({ customer: linked }: { readonly customer: string }) {
  const [, view] = useMutation(ViewCustomerDocument);
  const go = useGo();
  const [looked, setLooked] = useState<Looked | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    initial: { customer: linked, reason: '' },
    check: ({ customer, reason }) => ({
      ...(customer.trim() === '' && { customer: 'Write an id or an e-mail address.' }),
      ...(reason.trim() === '' && { reason: 'Write why you look: it goes into the audit log.' }),
    }),
  });
  const submit = form.submit(async ({ customer, reason }) => {
    const { data, error } = await view({ customer: customer.trim(), reason: reason.trim() });
    setFailure(error?.message ?? null);
    setLooked(data === undefined ? null : { found: data.viewCustomer, reason: reason.trim(), look: newId() });
    return undefined;
  });
  return (
    <div className={styles.stack}>
      <Panel title="Whom, and why" padded>
        <form ref={form.ref} onSubmit={submit} noValidate className={styles.stack}>
          <Field label="Id or e-mail address of the customer" {...form.field('customer')} />
          <Field label="Reason" hint="In the audit log, with your name." {...form.field('reason')} />
          {failure !== null && (
            <Notice kind="bad" urgent>
              <p>{failure}</p>
            </Notice>
          )}
          <Actions>
            <Button type="submit" kind="primary" busy={form.busy}>
              Look
            </Button>
          </Actions>
        </form>
      </Panel>
      {looked !== null &&
        (looked.found === null ? (
          <Nothing title="There is no such customer." />
        ) : (
          <CustomerSeen
            key={looked.look}
            seen={looked.found}
            lookOn={async (after) => {
              const { reason } = looked;
              const customer = looked.found?.customer.id ?? '';
              const { data, error } = await view({ customer, reason, ...after });
              setFailure(error?.message ?? null);
              return data?.viewCustomer ?? null;
            }}
            onClose={() => {
              setLooked(null);
              go({ to: '/customers' });
            }}
          />
        ))}
    </div>
  );
}
