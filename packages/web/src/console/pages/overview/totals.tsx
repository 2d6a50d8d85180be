// All money and all stock of the shop, as the log has them, and whether the read models agree.
import { useEffect, useEffectEvent } from 'react';
import { useQuery } from 'urql';
import { Chip } from '../../../shared/ui/ui.js';
import { ReconciliationDocument, type ReconciliationQuery } from '../../generated/graphql.js';
import { Link } from '../../ui/link.js';
import { moneyText, Nothing, Panel, Table, Time, WhenLoaded } from '../../ui/parts.js';

export type Check = ReconciliationQuery['reconciliation']['checks'][number];

/** The comparison reads the whole log: it may take a twentieth of the time at most. */
const leastWaitMs = 15_000;
const share = 20;

/** Asks again when the answer is there, after a wait that follows from how long it took. */
function useCounted() {
  const [result, ask] = useQuery({ query: ReconciliationDocument, requestPolicy: 'network-only' });
  const again = useEffectEvent(() => {
    if (document.visibilityState === 'visible') ask({ requestPolicy: 'network-only' });
  });
  const { fetching } = result;
  useEffect(() => {
    const since = performance.now();
    if (fetching)
      return () => {
        tookMs = performance.now() - since;
      };
    const timer = setInterval(again, Math.max(leastWaitMs, share * tookMs));
    return () => {
      clearInterval(timer);
    };
  }, [fetching]);
  return [result, ask] as const;
}

/** How long the last comparison took. */
let tookMs = 0;

export const isTotal = ({ name }: Pick<Check, 'name'>): boolean => /^(money|stock|cards): /.test(name);

/** The sums of a check, each `418400 EUR` as money; other values as they are. */
export const totalText = (value: string): string => value.split(', ').map(sumText).join(', ');

function sumText(value: string): string {
  const [, amount, currency] = /^(-?\d+) ([A-Z]{3})$/.exec(value) ?? [];
  return amount === undefined || currency === undefined ? value : moneyText({ amount, currency });
}

/** A value of the check; a total of `0` comes without its unit. */
export const checkText = (check: string, value: string): string => {
  if (value !== '0') return totalText(value);
  return check.startsWith('stock: ') ? '0 units' : 'none';
};

/** Checks of the reconciliation by what they count. */
const names: Readonly<Record<string, string>> = {
  'money: wallets hold all that was paid in and not spent': 'Money in wallets',
  'money: held for orders': 'Money held for orders',
  'stock: on hand is all that came and did not leave': 'Units on hand',
  'stock: reserved for orders': 'Units reserved for orders',
  'cards: the gateway has captured what our books say': 'Captured from cards',
  'cards: the gateway has refunded what our books say': 'Refunded to cards',
};

export const totalName = (check: string): string => names[check] ?? check;

export function Totals() {
  const [result, ask] = useCounted();
  return (
    <Panel
      title="Stock and money"
      actions={result.data !== undefined && <Time at={result.data.reconciliation.checkedAt} />}
    >
      <WhenLoaded
        result={result}
        again={() => {
          ask({ requestPolicy: 'network-only' });
        }}
      >
        {({ reconciliation }) => {
          const totals = reconciliation.checks.filter(isTotal);
          return totals.length === 0 ? (
            <Nothing title="Nothing is counted." />
          ) : (
            <Table
              label="Stock and money"
              rows={totals}
              keyOf={({ name }) => name}
              columns={[
                { name: 'Total', cell: ({ name }) => <span title={name}>{totalName(name)}</span> },
                { name: 'Now', number: true, cell: ({ name, expected }) => checkText(name, expected) },
                {
                  name: 'Books',
                  cell: ({ ok }) =>
                    ok ? (
                      <Chip tone="good">agree</Chip>
                    ) : (
                      <Link to="/reconciliation">
                        <Chip tone="bad">differ</Chip>
                      </Link>
                    ),
                },
              ]}
            />
          );
        }}
      </WhenLoaded>
    </Panel>
  );
}
