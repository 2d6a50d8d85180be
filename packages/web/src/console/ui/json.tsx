// Stored data as JSON: coloured, every integer exact, keys in the order of the event.
import { exactInteger } from '../../shared/api/exact-json.js';
import styles from './ui.module.css';

export function Json({ value }: { readonly value: unknown }) {
  return (
    <pre className={styles.json} tabIndex={0}>
      <Value value={value} depth={0} />
    </pre>
  );
}

type Props = { readonly value: unknown; readonly depth: number };

function Value({ value, depth }: Props) {
  const exact = exactInteger(value);
  if (exact !== null) return <span className={styles.literal}>{exact}</span>;
  if (typeof value === 'string') return <span className={styles.value}>{JSON.stringify(value)}</span>;
  if (typeof value !== 'object' || value === null)
    return <span className={styles.literal}>{JSON.stringify(value)}</span>;
  const isList = Array.isArray(value);
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return `${open}${close}`;
  const indent = '  '.repeat(depth + 1);
  return (
    <>
      {open}
      {entries.map(([key, part], n) => (
        <span key={key}>
          {`\n${indent}`}
          {!isList && (
            <>
              <span className={styles.key}>{JSON.stringify(key)}</span>:{' '}
            </>
          )}
          <Value value={part} depth={depth + 1} />
          {n < entries.length - 1 && ','}
        </span>
      ))}
      {`\n${'  '.repeat(depth)}${close}`}
    </>
  );
}
