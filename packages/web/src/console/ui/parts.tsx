// The parts that the console's pages are made of.
import { Link } from './link.js';
import type { ReactNode } from 'react';
import { formatMoney, type Money } from '../../shared/money.js';
import {
  Button,
  classes,
  Chip,
  Empty,
  Failed,
  Heading,
  Loading,
  type Retry,
  type Tone,
} from '../../shared/ui/ui.js';
import styles from './ui.module.css';

export { styles };

type PageProps = { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode };

export const Page = ({ title, actions, children }: PageProps) => (
  <>
    <div className={styles.head}>
      <Heading title={`${title} – Holdfast console`}>{title}</Heading>
      {actions}
    </div>
    {children}
  </>
);

type PanelProps = {
  readonly title?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly padded?: boolean;
};

export const Panel = ({ title, actions, children, padded = false }: PanelProps) => (
  <section className={styles.panel}>
    {title !== undefined && (
      <div className={styles.panelHead}>
        <h2>{title}</h2>
        {actions}
      </div>
    )}
    {padded ? <div className={styles.body}>{children}</div> : children}
  </section>
);

export const Toolbar = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles.tools}>{children}</div>
);

export type Column<Row> = {
  readonly name: string;
  readonly number?: boolean;
  readonly cell: (row: Row) => ReactNode;
};

type TableProps<Row> = {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** All rows of the list, when only a page of them is here. */
  readonly total?: number;
};

/** On a phone each row is a card. The roles are written out, since a table that is laid out otherwise loses its own. */
export function Table<Row>({ label, columns, rows, keyOf, total }: TableProps<Row>) {
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={label}>
      <table role="table" className={styles.table} aria-rowcount={total ?? rows.length}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ name, number = false }) => (
              <th key={name} role="columnheader" scope="col" className={classes(number && styles.number)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map(({ name, number = false, cell }) => (
                <td key={name} role="cell" data-name={name} className={classes(number && styles.number)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The part of urql's result that pages need. */
export type Loaded<Data> = {
  readonly data?: Data | undefined;
  readonly error?: { readonly message: string } | undefined;
};

type LoadedProps<Data> = {
  readonly result: Loaded<Data>;
  readonly again: Retry;
  readonly children: (data: Data) => ReactNode;
};

/** Loading and failed, until there is something to show. */
export function WhenLoaded<Data>({ result: { data, error }, again, children }: LoadedProps<Data>) {
  if (data !== undefined) return children(data);
  return error === undefined ? (
    <Loading label="Loading …" />
  ) : (
    <Failed title="This could not be loaded." message={error.message} retry="Try again" onRetry={again} />
  );
}

export const Nothing = ({ title, children }: { readonly title: string; readonly children?: ReactNode }) => (
  <Empty title={title}>{children}</Empty>
);

const tones: Readonly<Record<string, Tone>> = {
  RUNNING: 'busy',
  WAITING: 'warn',
  COMPENSATING: 'busy',
  COMPLETED: 'good',
  COMPENSATED: 'plain',
  PARKED: 'bad',
  COMPENSATION_STUCK: 'bad',
  DOING: 'busy',
  DONE: 'good',
  FAILED: 'bad',
  STUCK: 'bad',
  RETRYING: 'warn',
  SETTLED: 'good',
  ABANDONED: 'plain',
  ARMED: 'busy',
  FIRED: 'warn',
  CLEARED: 'plain',
  CREATED: 'busy',
  RESERVED: 'warn',
  PAYMENT_PENDING: 'busy',
  PAID: 'good',
  UNDER_REVIEW: 'warn',
  CONFIRMED: 'good',
  SHIPPED: 'good',
  IN_TRANSIT: 'busy',
  DELIVERED: 'good',
  CANCELLED: 'plain',
  CATCHING_UP: 'busy',
  REBUILDING: 'busy',
  REBUILT: 'warn',
  FAULTED: 'bad',
  STOPPED: 'bad',
};

/** `COMPENSATION_STUCK` as people read it. */
export const inWords = (code: string): string => {
  const words = code.toLowerCase().replaceAll(/[_-]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const Status = ({ of }: { readonly of: string }) => (
  <Chip tone={tones[of] ?? 'plain'}>{inWords(of)}</Chip>
);

export const Mono = ({ children }: { readonly children: ReactNode }) => (
  <span className={styles.mono}>{children}</span>
);

export const Muted = ({ children }: { readonly children: ReactNode }) => (
  <span className={styles.muted}>{children}</span>
);

const shortLength = 10;

/** Ids are long, and their beginning is enough to distinguish them. The title and the clipboard have the whole id. */
export const shortId = (id: string): string =>
  id.length > shortLength + 2 ? `${id.slice(0, shortLength)}…` : id;

/** The beginning of an id that leads nowhere, on one line. */
export const ShortId = ({ of }: { readonly of: string }) => (
  <span title={of} className={classes(styles.mono, styles.unbroken)}>
    {shortId(of)}
  </span>
);

/** `staff:<id>` with the beginning of the id; other actors as they are. */
export function Actor({ of }: { readonly of: string }) {
  const [kind = '', id] = of.split(':');
  const shown = kind === 'process' || id === undefined ? of : `${kind}:${shortId(id)}`;
  return (
    <span className={classes(styles.muted, styles.unbroken)} title={of}>
      {shown}
    </span>
  );
}

export const OrderLink = ({ id }: { readonly id: string }) => (
  <Link to="/orders/$id" params={{ id }} title={id} className={styles.mono}>
    {shortId(id)}
  </Link>
);

export const SagaLink = ({ id, children }: { readonly id: string; readonly children?: ReactNode }) => (
  <Link to="/sagas/$id" params={{ id }} title={id} className={styles.mono}>
    {children ?? shortId(id)}
  </Link>
);

export const StreamLink = ({ name }: { readonly name: string }) => (
  <Link to="/streams/$name" params={{ name }} title={name} className={styles.mono}>
    {name.length > 28 ? `${name.slice(0, 24)}…` : name}
  </Link>
);

const locale = 'en-GB';
const moment = new Intl.DateTimeFormat(locale, {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

export const Time = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={at} className={classes(styles.mono, styles.unbroken)}>
    {moment.format(new Date(at))}
  </time>
);

export const moneyText = (money: Money): string => formatMoney(money, locale);

/** `2 × LAMP, 1 × BOWL` */
export const unitsText = (units: readonly { readonly sku: string; readonly quantity: number }[]): string =>
  units.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ');

export const countText = (count: number): string => count.toLocaleString(locale);

/** `2 d 3 h`, `4 min 10 s`, `320 ms`: two units, for people. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1_000);
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([size]) => seconds >= size);
  const [size, name] = units[first] ?? [1, 's'];
  const [nextSize, nextName] = units[first + 1] ?? [0, ''];
  const rest = nextSize === 0 ? 0 : Math.floor((seconds % size) / nextSize);
  return `${Math.floor(seconds / size)} ${name}${rest === 0 ? '' : ` ${rest} ${nextName}`}`;
}

type MoreProps = {
  readonly shown: number;
  readonly total: number;
  readonly onMore: (() => void) | null;
};

export const Foot = ({ shown, total, onMore }: MoreProps) => (
  <div className={styles.foot}>
    <span>
      {countText(shown)} of {countText(total)}
    </span>
    {onMore !== null && (
      <Button kind="link" onClick={onMore}>
        Show more
      </Button>
    )}
  </div>
);
