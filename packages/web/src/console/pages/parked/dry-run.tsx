// A dry run of a parked event: the outcome with the present code. Nothing is written.
import { useState } from 'react';
import { useClient } from 'urql';
import { ParkedDryRunDocument, type ParkedDryRunQuery } from '../../generated/graphql.js';
import { Button, Notice } from '../../../shared/ui/ui.js';
import { Json } from '../../ui/json.js';
import styles from './parked-page.module.css';

type Outcome = ParkedDryRunQuery['parkedDryRun'];

export function DryRun({ id }: { readonly id: string }) {
  const client = useClient();
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (): Promise<void> => {
    const { data, error } = await client
      .query(ParkedDryRunDocument, { id }, { requestPolicy: 'network-only' })
      .toPromise();
    setProblem(error === undefined ? null : error.message.replace('[GraphQL] ', ''));
    setOutcome(data?.parkedDryRun);
  };
  return (
    <>
      <Button onClick={() => void run()}>Dry run of the first</Button>
      <div role="status" className={styles.outcome}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        {outcome === null && <Notice kind="warn">This consumer can’t be tried here.</Notice>}
        {outcome?.ok === false && (
          <Notice kind="bad" title="It would fail again.">
            {outcome.error}
          </Notice>
        )}
        {outcome?.ok === true && (
          <Notice kind="good" title="It would be handled.">
            {outcome.effects.length === 0 ? (
              <p>It would change nothing.</p>
            ) : (
              <Json value={outcome.effects} />
            )}
          </Notice>
        )}
      </div>
    </>
  );
}
