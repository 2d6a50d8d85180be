// A bulk retry: first a preview, which freezes the set, then the run with a canary and a rate. The run has a page of its own.
import { useState } from 'react';
import { useClient, useMutation } from 'urql';
import {
  ParkedPreviewDocument,
  RetryParkedSetDocument,
  type ParkedPreviewQuery,
} from '../../generated/graphql.js';
import { Button, Field, Notice } from '../../../shared/ui/ui.js';
import { useGo } from '../../ui/link.js';
import { countText } from '../../ui/parts.js';
import { ReasonField } from '../../ui/reason-dialog.js';
import styles from './parked-page.module.css';

type Preview = ParkedPreviewQuery['parkedPreview'];

export function BulkRetry({ ids }: { readonly ids: readonly string[] }) {
  const client = useClient();
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const look = async (): Promise<void> => {
    const { data, error } = await client
      .query(ParkedPreviewDocument, { selection: { ids: [...ids] } }, { requestPolicy: 'network-only' })
      .toPromise();
    setProblem(said(error));
    setPreview(data?.parkedPreview ?? null);
  };
  return (
    <>
      <Button onClick={() => void look()}>Preview a retry</Button>
      {preview !== null && (
        <Start
          preview={preview}
          onProblem={(text) => {
            setProblem(text);
            setPreview(null);
          }}
        />
      )}
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
    </>
  );
}

const said = (error: { readonly message: string } | undefined): string | null =>
  error === undefined ? null : error.message.replace('[GraphQL] ', '');

type StartProps = { readonly preview: Preview; readonly onProblem: (text: string) => void };

function Start({ preview: { count, token }, onProblem }: StartProps) {
  const go = useGo();
  const [, retry] = useMutation(RetryParkedSetDocument);
  const [canary, setCanary] = useState('1');
  const [perSecond, setPerSecond] = useState('');
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const start = async (): Promise<void> => {
    setBusy(true);
    const rate = perSecond === '' ? null : Number(perSecond);
    const { data, error } = await retry({
      token,
      expectedCount: count,
      canary: Number(canary),
      perSecond: rate,
      reason: reason.trim(),
    });
    setBusy(false);
    const id = data?.retryParked.id;
    if (id === undefined) onProblem(said(error) ?? 'This did not work.');
    else go({ to: '/parked/runs/$id', params: { id } });
  };
  return (
    <form
      className={styles.start}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <p role="status">
        {countText(count)} events, frozen. It stops at the first failure; {countText(count)} is the most that
        it tries.
      </p>
      <Field
        label="Try first"
        type="number"
        min={1}
        max={count}
        required
        value={canary}
        onChange={({ target }) => {
          setCanary(target.value);
        }}
      />
      <Field
        label="At most a second"
        type="number"
        min={1}
        max={1_000}
        placeholder="no limit"
        value={perSecond}
        onChange={({ target }) => {
          setPerSecond(target.value);
        }}
      />
      <ReasonField
        label="Reason"
        required
        pattern=".*\S.*"
        title="It stands in the audit log."
        value={reason}
        onChange={setReason}
      />
      <Button type="submit" kind="primary" busy={busy}>
        Retry {countText(count)}
      </Button>
    </form>
  );
}
