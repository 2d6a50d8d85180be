// The history of an order, step by step.
import { useSpeech } from '../words/words.js';
import styles from './timeline.module.css';
import type { LiveOrder } from './use-order.js';

const sadEnds: readonly string[] = ['FAILED', 'CANCELLED'];

export function Timeline({ order: { history } }: { readonly order: Pick<LiveOrder, 'history'> }) {
  const { words, dateTime } = useSpeech();
  return (
    <ol className={styles.timeline}>
      {history.nodes.map(({ id, to, at, triggeringEvent }) => (
        <li
          key={id}
          className={styles.step}
          data-end={sadEnds.includes(to) ? 'bad' : undefined}
          data-event={triggeringEvent}
        >
          <strong>{words.happened[to] ?? to}</strong>
          <time dateTime={at}>{dateTime(at)}</time>
        </li>
      ))}
    </ol>
  );
}
