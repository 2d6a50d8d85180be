// The questions and their answers, as tables. Days are days of UTC; amounts are minor units.
import type { DuckDBConnection } from '@duckdb/node-api';

export type Kind = 'text' | 'count' | 'money' | 'share';
export type Column = { readonly name: string; readonly kind: Kind };
/** A share is from 0 to 1; null where there is nothing to divide by. Money is in minor units of the row's `currency`. */
export type Cell = string | bigint | number | null;
export type Answer = {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
};

type Question = { readonly title: string; readonly columns: readonly Column[]; readonly sql: string };

const text = (name: string): Column => ({ name, kind: 'text' });
const count = (name: string): Column => ({ name, kind: 'count' });
const money = (name: string): Column => ({ name, kind: 'money' });
const share = (name: string): Column => ({ name, kind: 'share' });

/** Only completed orders count: a refund of another order returns money that was no revenue. */
const completed = `completed AS (FROM facts WHERE type = 'order.completed')`;
const refunds = `refunds AS (FROM facts WHERE type = 'payment.refunded' AND order_id IN (SELECT order_id FROM completed))`;
/** Goods that came back, and those of completed orders that were cancelled before they were shipped. */
const goodsBack = `goods_back AS (
  SELECT sku, currency, quantity, minor FROM lines WHERE ce_id IN (SELECT ce_id FROM facts WHERE type = 'order.returned')
  UNION ALL
  SELECT sku, currency, quantity, minor FROM lines WHERE ce_id IN (
    SELECT ce_id FROM completed WHERE order_id IN (
      SELECT order_id FROM facts WHERE type = 'order.cancelled' AND was_completed)))`;

export const questions = {
  days: {
    title: 'Revenue per day',
    columns: [
      text('day'),
      text('currency'),
      count('orders'),
      money('revenue'),
      money('refunded'),
      money('net'),
    ],
    // A refund counts on the day on which the money went back.
    sql: `WITH ${completed}, ${refunds}, moved AS (
        SELECT happened, currency, 1 AS orders, minor AS revenue, 0 AS refunded FROM completed
        UNION ALL SELECT happened, currency, 0, 0, minor FROM refunds)
      SELECT strftime(happened, '%Y-%m-%d') AS day, currency, sum(orders)::BIGINT, sum(revenue)::HUGEINT,
        sum(refunded)::HUGEINT, (sum(revenue) - sum(refunded))::HUGEINT
      FROM moved GROUP BY day, currency ORDER BY day, currency`,
  },
  skus: {
    title: 'Revenue per SKU',
    columns: [
      ...[text('sku'), text('currency'), count('units'), money('revenue')],
      ...[count('units back'), money('worth of units back'), money('net')],
    ],
    sql: `WITH ${completed}, ${goodsBack}, moved AS (
        SELECT sku, currency, quantity AS units, minor AS revenue, 0 AS units_back, 0 AS back FROM lines
          WHERE ce_id IN (SELECT ce_id FROM completed)
        UNION ALL SELECT sku, currency, 0, 0, quantity, minor FROM goods_back)
      SELECT sku, currency, sum(units)::BIGINT, sum(revenue)::HUGEINT AS revenue, sum(units_back)::BIGINT,
        sum(back)::HUGEINT, (sum(revenue) - sum(back))::HUGEINT
      FROM moved GROUP BY sku, currency ORDER BY revenue DESC, sku, currency`,
  },
  countries: {
    title: 'Revenue per country',
    columns: [
      ...[text('country'), text('currency'), count('orders'), money('revenue'), money('refunded')],
      money('net'),
    ],
    sql: `WITH ${completed}, ${refunds}, moved AS (
        SELECT country, currency, 1 AS orders, minor AS revenue, 0 AS refunded FROM completed
        UNION ALL
        SELECT completed.country, refunds.currency, 0, 0, refunds.minor FROM refunds JOIN completed USING (order_id))
      SELECT country, currency, sum(orders)::BIGINT, sum(revenue)::HUGEINT AS revenue, sum(refunded)::HUGEINT,
        (sum(revenue) - sum(refunded))::HUGEINT
      FROM moved GROUP BY country, currency ORDER BY revenue DESC, country, currency`,
  },
  funnel: {
    title: 'From order to delivery',
    columns: [text('step'), count('orders'), share('share of created')],
    sql: `WITH steps(rank, step, type) AS (VALUES
        (1, 'created', 'order.created'), (2, 'reserved', 'stock.reduction.success'), (3, 'paid', 'order.paid'),
        (4, 'completed', 'order.completed'), (5, 'shipped', 'order.shipped'), (6, 'delivered', 'order.delivered')),
      reached AS (
        SELECT rank, step, count(DISTINCT order_id) AS orders FROM steps LEFT JOIN facts USING (type) GROUP BY rank, step
        UNION ALL
        SELECT if(type = 'order.failed', 7, 8), if(type = 'order.failed', 'failed: ', 'cancelled: ') || reason,
          count(DISTINCT order_id)
        FROM facts WHERE type IN ('order.failed', 'order.cancelled') GROUP BY type, reason)
      SELECT step, orders, orders / nullif((SELECT orders FROM reached WHERE rank = 1), 0)
      FROM reached ORDER BY rank, step`,
  },
  refunds: {
    title: 'Refunds of completed orders',
    columns: [
      ...[text('currency'), count('orders'), count('refunded orders'), share('share of orders')],
      ...[money('revenue'), money('refunded'), share('share of revenue')],
    ],
    sql: `WITH ${completed}, ${refunds},
      sold AS (SELECT currency, count(*) AS orders, sum(minor) AS revenue FROM completed GROUP BY currency),
      back AS (SELECT currency, count(DISTINCT order_id) AS orders, sum(minor) AS refunded FROM refunds GROUP BY currency)
      SELECT currency, sold.orders, coalesce(back.orders, 0), coalesce(back.orders, 0) / sold.orders, revenue::HUGEINT,
        coalesce(refunded, 0)::HUGEINT, coalesce(refunded, 0) / nullif(revenue, 0)
      FROM sold LEFT JOIN back USING (currency) ORDER BY currency`,
  },
} as const satisfies Readonly<Record<string, Question>>;

export type QuestionName = keyof typeof questions;
export const questionNames = Object.keys(questions) as readonly QuestionName[];
export const isQuestion = (name: string): name is QuestionName => Object.hasOwn(questions, name);

export async function ask(connection: DuckDBConnection, name: QuestionName): Promise<Answer> {
  const { title, columns, sql } = questions[name];
  const rows = (await connection.runAndReadAll(sql)).getRows() as readonly (readonly Cell[])[];
  return { title, columns, rows };
}

/** Records that can't be read and are in no figure: their number, and the first of them. */
export type UnreadableRecords = {
  readonly count: bigint;
  /** `topic/partition@offset: reason` */
  readonly first: readonly string[];
};

export async function unreadableRecords(connection: DuckDBConnection): Promise<UnreadableRecords> {
  const [row] = (await connection.runAndReadAll('SELECT count(*) FROM unreadable')).getRows();
  const first = await connection.runAndReadAll(
    `SELECT partition || '@' || "offset" || ': ' || reason FROM unreadable ORDER BY partition, "offset" LIMIT 5`,
  );
  return { count: row?.[0] as bigint, first: first.getRows().map(([text]) => text as string) };
}
