// Bars beside each other: a name, a bar in proportion to the longest, and a number.
import type { ReactNode } from 'react';
import styles from './overview-page.module.css';

export const Bars = ({ children }: { readonly children: ReactNode }) => (
  <ul className={styles.bars} role="list">
    {children}
  </ul>
);

type BarProps = {
  readonly name: ReactNode;
  /** of the longest bar, from 0 to 1 */
  readonly part: number;
  readonly text: string;
  readonly bad?: boolean;
};

export const Bar = ({ name, part, text, bad = false }: BarProps) => (
  <li className={styles.bar}>
    <span>{name}</span>
    <span className={styles.track} aria-hidden="true">
      <span
        className={styles.fill}
        data-part={part}
        data-tone={bad ? 'bad' : undefined}
        style={{ width: `${part * 100}%`, visibility: part === 0 ? 'hidden' : 'visible' }}
      />
    </span>
    <span className={styles.number}>{text}</span>
  </li>
);
