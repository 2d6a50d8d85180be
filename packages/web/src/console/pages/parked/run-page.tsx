// One bulk retry with its progress, until it ends. The page can be opened again at any time.
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { BulkRunDocument, type BulkRunQuery } from '../../generated/graphql.js';
import { Notice } from '../../../shared/ui/ui.js';
import { Link, useParam } from '../../ui/link.js';
import { Actor, countText, Nothing, Page, Panel, Status, styles, Time, WhenLoaded } from '../../ui/parts.js';
import own from './parked-page.module.css';

type Run = NonNullable<BulkRunQuery['bulkRun']>;

const lookMs = 1_000;

export function RunPage() {
  const id = useParam('id');
  const [result, again] = useQuery({
    query: BulkRunDocument,
    variables: { id },
    requestPolicy: 'cache-and-network',
  });
  const isRunning = result.data?.bulkRun?.state === 'RUNNING';
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => {
      again({ requestPolicy: 'network-only' });
    }, lookMs);
    return () => {
      clearInterval(timer);
    };
  }, [isRunning, again]);
  return (
    <Page title="Bulk retry" actions={<Link to="/parked">To the parked events</Link>}>
      <WhenLoaded result={result} again={again}>
        {({ bulkRun: run }) =>
          run === null ? (
            <Nothing title="There is no such run." />
          ) : (
            <Panel padded>
              <progress className={own.progress} max={run.total} value={run.done} aria-label="Progress" />
              <Facts run={run} />
              {run.state === 'STOPPED' && (
                <Notice kind="warn" title="An event failed again, so the rest was not tried.">
                  <p>Look at its new error among the parked events, then begin another run.</p>
                </Notice>
              )}
            </Panel>
          )
        }
      </WhenLoaded>
    </Page>
  );
}

function Facts({ run }: { readonly run: Run }) {
  return (
    <dl className={styles.facts}>
      <dt>State</dt>
      <dd>
        <span role="status">
          <Status of={run.state} />
        </span>
      </dd>
      <dt>Handled</dt>
      <dd>
        {countText(run.done)} of {countText(run.total)}
      </dd>
      <dt>Failed again</dt>
      <dd>{countText(run.failed)}</dd>
      <dt>By</dt>
      <dd>
        <Actor of={run.actor} />
      </dd>
      {run.reason !== null && (
        <>
          <dt>Why</dt>
          <dd>{run.reason}</dd>
        </>
      )}
      <dt>Began</dt>
      <dd>
        <Time at={run.startedAt} />
      </dd>
      {run.endedAt !== null && (
        <>
          <dt>Ended</dt>
          <dd>
            <Time at={run.endedAt} />
          </dd>
        </>
      )}
    </dl>
  );
}
