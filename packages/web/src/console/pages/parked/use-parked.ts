// The parked events of a page, up to a thousand: as many as one action can name.
import { useCallback, useEffect, useState } from 'react';
import { useClient } from 'urql';
import { ParkedDocument } from '../../generated/graphql.js';
import type { Parked } from './groups.js';

const most = 1_000;

export type AllParked = { readonly nodes: readonly Parked[]; readonly total: number };
type Result = { readonly data?: AllParked; readonly error?: { readonly message: string } };

export function useParked(consumer: string | undefined): readonly [Result, () => void] {
  const client = useClient();
  const [result, setResult] = useState<Result>({});
  const [round, setRound] = useState(0);
  const reload = useCallback(() => {
    setRound((before) => before + 1);
  }, []);
  useEffect(() => {
    let isWanted = true;
    const load = async (): Promise<void> => {
      const nodes: Parked[] = [];
      for (let after: string | null = null; ;) {
        const variables: { readonly consumer: string | null; readonly after: string | null } = {
          consumer: consumer ?? null,
          after,
        };
        const { data, error } = await client
          .query(ParkedDocument, variables, { requestPolicy: 'network-only' })
          .toPromise();
        if (!isWanted) return;
        if (data === undefined) {
          setResult({ error: error ?? { message: 'Nothing came.' } });
          return;
        }
        const { nodes: page, pageInfo, totalCount } = data.parkedEvents;
        nodes.push(...page);
        after = pageInfo.endCursor;
        if (pageInfo.hasNextPage && after !== null && nodes.length < most) continue;
        setResult({ data: { nodes, total: totalCount } });
        return;
      }
    };
    void load();
    return () => {
      isWanted = false;
    };
  }, [client, consumer, round]);
  return [result, reload];
}
