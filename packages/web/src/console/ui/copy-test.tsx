// Copies an event as a spec: the earlier events, the command or input, and the decision.
import { useState } from 'react';
import { useClient } from 'urql';
import { Button } from '../../shared/ui/ui.js';
import { GivenWhenThenDocument } from '../generated/graphql.js';

type Props = { readonly eventId: string; readonly position: string };

export function CopyTest({ eventId, position }: Props) {
  const client = useClient();
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    const { data, error } = await client.query(GivenWhenThenDocument, { eventId, position }).toPromise();
    if (data === undefined) setSaid(error?.message.replace('[GraphQL] ', '') ?? 'This did not work.');
    else {
      await navigator.clipboard.writeText(data.givenWhenThen);
      setSaid('Copied.');
    }
  };
  return (
    <span>
      <Button
        kind="link"
        onClick={() => {
          copy().catch(() => {
            setSaid('The browser does not let this page write to the clipboard.');
          });
        }}
      >
        Copy as given/when/then
      </Button>{' '}
      <span role="status">{said}</span>
    </span>
  );
}
