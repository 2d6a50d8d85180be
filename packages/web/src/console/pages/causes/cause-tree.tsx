// A tree of events, drawn: a row per event, with a line from each cause to its effects. Arrow keys go along the tree. A large tree
// is shown part by part.
import { useRef, useState, type KeyboardEvent } from 'react';
import { Hidden } from '../../../shared/ui/ui.js';
import { Link } from '../../ui/link.js';
import { Foot, Mono, Muted, Time } from '../../ui/parts.js';
import own from './causes-page.module.css';
import type { Row } from './forest.js';

/** in pixels, as in the style sheet */
const rowHeight = 32;
const laneWidth = 18;
const left = 10;
/** Number of rows at first, and of further rows with each click. */
const pageSize = 200;
/** Most lanes. Further ones are drawn over the last one, so that the drawing fits on a phone. */
const mostLanes = 9;

const xOf = ({ lane }: Row): number => left + Math.min(lane, mostLanes) * laneWidth;
const yOf = (row: number): number => row * rowHeight + rowHeight / 2;

type Props = { readonly rows: readonly Row[]; readonly marked: string };

export function CauseTree({ rows, marked }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const at = rows.findIndex(({ event }) => event.id === marked);
  // The event that the page is about is among the first rows that are shown.
  const [shown, show] = useState(Math.ceil((at + 1) / pageSize) * pageSize);
  const seen = rows.slice(0, Math.max(shown, pageSize));
  const width = left * 2 + Math.max(...seen.map(({ lane }) => Math.min(lane, mostLanes))) * laneWidth;

  const move = (event: KeyboardEvent): void => {
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const row = links.indexOf(document.activeElement as HTMLAnchorElement);
    const to = row < 0 ? null : nextRow(event.key, row, seen);
    if (to === null) return;
    event.preventDefault();
    links[to]?.focus();
  };
  return (
    <>
      <p className={own.keys}>
        <Muted>↑ and ↓ go from event to event, ← to the cause, → to the first effect.</Muted>
      </p>
      <div className={own.tree}>
        <svg width={width} height={seen.length * rowHeight} className={own.lines} aria-hidden="true">
          {seen.map((row, n) => row.cause !== null && <Line key={row.event.id} rows={seen} row={n} />)}
          {seen.map((row, n) => (
            <circle
              key={row.event.id}
              cx={xOf(row)}
              cy={yOf(n)}
              r="4.5"
              data-marked={n === at || undefined}
            />
          ))}
        </svg>
        <ol ref={list} className={own.rows} aria-label="Causes and effects" onKeyDown={move}>
          {seen.map((row) => (
            <li key={row.event.id} aria-current={row.event.id === marked ? 'true' : undefined}>
              <Link to="/streams/$name" params={{ name: row.event.stream }} search={{ event: row.event.id }}>
                {row.event.type}
              </Link>
              <Hidden>
                {row.cause === null ? 'the root' : `caused by ${rows[row.cause]?.event.type ?? ''}`}
              </Hidden>
              <Muted>
                <Mono>{row.event.stream.split('-')[0]}</Mono>
              </Muted>
              <Time at={row.event.createdAt} />
            </li>
          ))}
        </ol>
      </div>
      {seen.length < rows.length && (
        <Foot
          shown={seen.length}
          total={rows.length}
          onMore={() => {
            show(seen.length + pageSize);
          }}
        />
      )}
    </>
  );
}

/** From a cause down its lane, then over to the lane of the effect. */
function Line({ rows, row }: { readonly rows: readonly Row[]; readonly row: number }) {
  const effect = rows[row];
  const cause = rows[effect?.cause ?? -1];
  if (effect?.cause === undefined || effect.cause === null || cause === undefined) return null;
  const [fromX, fromY, toX, toY] = [xOf(cause), yOf(effect.cause), xOf(effect), yOf(row)];
  const bend = toY - rowHeight / 2;
  return (
    <path
      d={
        fromX === toX
          ? `M${fromX} ${fromY}V${toY}`
          : `M${fromX} ${fromY}V${bend}Q${fromX} ${toY} ${(fromX + toX) / 2} ${toY}H${toX}`
      }
    />
  );
}

/** The row that an arrow key goes to; null for other keys, and at an end. */
export function nextRow(key: string, row: number, rows: readonly Row[]): number | null {
  switch (key) {
    case 'ArrowDown':
      return row + 1 < rows.length ? row + 1 : null;
    case 'ArrowUp':
      return row > 0 ? row - 1 : null;
    case 'ArrowLeft':
      return rows[row]?.cause ?? null;
    case 'ArrowRight': {
      const effect = rows[row]?.effect ?? null;
      return effect !== null && effect < rows.length ? effect : null;
    }
    default:
      return null;
  }
}
