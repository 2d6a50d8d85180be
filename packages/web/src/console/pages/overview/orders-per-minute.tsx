// Orders per minute, in the last nine minutes: those before the page was opened from the list, the others as they come.
import { useEffect, useEffectEvent, useReducer, useRef, useState } from 'react';
import { useClient } from 'urql';
import { serverNow } from '../../../shared/api/server-clock.js';
import { PlacedOrdersDocument } from '../../generated/graphql.js';
import { countText, Muted, Panel } from '../../ui/parts.js';
import { useEvents } from '../../ui/use-events.js';
import { movedOn, noRate, perMinute, rateOf, slotMs, slots, type Rate } from './rate.js';
import styles from './overview-page.module.css';

/** Most pages of orders that are read for the time before the page was opened. */
const mostPages = 10;

type Step =
  | { readonly do: 'tick'; readonly now: number; readonly more: number }
  | { readonly do: 'begin'; readonly rate: Rate };

function reduce(rate: Rate, step: Step): Rate {
  switch (step.do) {
    case 'tick':
      return movedOn(rate, step.now, step.more);
    case 'begin': {
      const { slot, counts } = movedOn(step.rate, rate.slot * slotMs, 0);
      return { slot, counts: counts.map((count, n) => count + (rate.counts[n] ?? 0)) };
    }
  }
}

/** When orders were placed within the shown time, up to now; null when that could not be loaded. */
function usePlacedBefore(): (now: number) => Promise<readonly number[] | null> {
  const client = useClient();
  return async (now) => {
    const placed: number[] = [];
    let after: string | null = null;
    for (let page = 0; page < mostPages; page += 1) {
      const variables: { readonly after: string | null } = { after };
      const { data } = await client.query(PlacedOrdersDocument, variables).toPromise();
      if (data === undefined) return null;
      const times = data.orders.nodes.map(({ placedAt }) => Date.parse(placedAt));
      placed.push(...times.filter((at) => at <= now));
      const oldest = times.at(-1) ?? 0;
      if (oldest < now - slots * slotMs || !data.orders.pageInfo.hasNextPage) break;
      after = data.orders.pageInfo.endCursor;
    }
    return placed;
  };
}

export function OrdersPerMinute() {
  const came = useRef(0);
  const [rate, act] = useReducer(reduce, serverNow(), noRate);
  const [past, setPast] = useState<'loading' | 'failed' | 'there'>('loading');
  const before = useEffectEvent(usePlacedBefore());
  useEvents('$all', ({ type }) => {
    if (type === 'OrderPlaced') came.current += 1;
  });
  useEffect(() => {
    let isGone = false;
    const now = serverNow();
    void before(now).then((placedAt) => {
      if (isGone) return;
      setPast(placedAt === null ? 'failed' : 'there');
      if (placedAt !== null) act({ do: 'begin', rate: rateOf(placedAt, now) });
    });
    const timer = setInterval(() => {
      act({ do: 'tick', now: serverNow(), more: came.current });
      came.current = 0;
    }, 1_000);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, []);
  const minutes = perMinute(rate);
  const most = Math.max(1, ...minutes);
  const lastMinute = minutes.at(-1) ?? 0;
  return (
    <Panel
      title="Orders per minute"
      actions={
        <Muted>
          {past === 'loading' && 'Loading …'}
          {past === 'failed' && 'Only from now on: what was before could not be loaded.'}
          {past === 'there' && `${countText(lastMinute)} now, ${countText(Math.max(...minutes))} at most`}
        </Muted>
      }
    >
      <svg
        className={styles.spark}
        viewBox={`0 0 ${minutes.length} 20`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {minutes.map((count, n) => (
          <rect
            key={n}
            x={n + 0.1}
            width="0.8"
            y={20 - (count / most) * 19 - 0.4}
            height={(count / most) * 19 + 0.4}
            fill={count === 0 ? 'var(--line-strong)' : 'var(--accent)'}
          />
        ))}
      </svg>
      <p className={styles.axis} aria-hidden="true">
        <span>9 min ago</span>
        <span>now</span>
      </p>
    </Panel>
  );
}
