// Shows whether the read models agree with the log, checked at intervals.
import { useState } from 'react';
import { useQuery } from 'urql';
import { ReconciliationDocument } from '../../generated/graphql.js';
import { Button, Chip, Notice } from '../../../shared/ui/ui.js';
import { Mono, Page, Panel, Table, Time, WhenLoaded, type Column } from '../../ui/parts.js';
import { useLook } from '../../ui/use-look.js';
import { checkText, type Check } from '../overview/totals.js';

const lookMs = 5_000;

const columns: readonly Column<Check>[] = [
  {
    name: 'Agree',
    cell: (check) => <Chip tone={check.ok ? 'good' : 'bad'}>{check.ok ? 'Yes' : 'No'}</Chip>,
  },
  { name: 'Check', cell: ({ name }) => name },
  {
    name: 'From the log',
    cell: ({ name, expected }) => <Mono>{checkText(name, expected)}</Mono>,
  },
  { name: 'Read model', cell: ({ name, actual }) => <Mono>{checkText(name, actual)}</Mono> },
];

export function ReconciliationPage() {
  const [isLive, setLive] = useState(true);
  const [result, again] = useQuery({ query: ReconciliationDocument, requestPolicy: 'network-only' });
  useLook(again, lookMs, isLive);
  const compare = (): void => {
    again({ requestPolicy: 'network-only' });
  };
  return (
    <Page
      title="Reconciliation"
      actions={
        <>
          <Button
            aria-pressed={isLive}
            onClick={() => {
              setLive(!isLive);
            }}
          >
            {isLive ? 'Pause' : 'Go on'}
          </Button>
          <Button kind="primary" onClick={compare}>
            Compare now
          </Button>
        </>
      }
    >
      <WhenLoaded result={result} again={compare}>
        {({ reconciliation: { ok, checkedAt, position, checks } }) => (
          <>
            <Notice
              kind={ok ? 'good' : 'bad'}
              title={ok ? 'The read models agree with the log.' : 'The read models differ from the log.'}
            >
              <p>
                Compared <Time at={checkedAt} /> at position <Mono>{position}</Mono>.
              </p>
            </Notice>
            <br />
            <Panel>
              <Table label="Checks" rows={checks} keyOf={({ name }) => name} columns={columns} />
            </Panel>
          </>
        )}
      </WhenLoaded>
    </Page>
  );
}
