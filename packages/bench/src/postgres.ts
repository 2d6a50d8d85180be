// Postgres as a market, twice: one stored procedure per order, and a plain transaction over `pg` as an application
// would write it. Schema and procedure are in `postgres/schema.sql`; statements are prepared once per connection.
import { readFileSync } from 'node:fs';
import type { PlaceOrder } from '@holdfast/ordering';
import pg from 'pg';
import type { Market, System, Usage } from './orders.js';
import { customerOf, funds, hasMoney, skuOf, type Shop } from './workload.js';

const schema = readFileSync(new URL('../postgres/schema.sql', import.meta.url), 'utf8');
/** number of connections; more callers share them */
const mostConnections = 64;

type Placing = (pool: pg.Pool, order: PlaceOrder) => Promise<boolean>;

/** Both ways of placing an order on the server at `url`. Each run gets a new schema. */
export const postgres = (url: string): readonly System[] => [
  systemOf('Postgres, stored procedure', url, throughProcedure),
  systemOf('Postgres, plain transaction', url, inTransaction),
];

const systemOf = (name: string, url: string, place: Placing): System => ({
  name,
  open: async ({ shop, inFlight }) => {
    const connections = Math.min(inFlight, mostConnections);
    const pool = new pg.Pool({
      connectionString: url,
      max: connections,
      options: '-c search_path=checkout -c synchronous_commit=on',
      idleTimeoutMillis: 0,
    });
    await pool.query(schema);
    await stockShop(pool, shop);
    const server = await serverOf(pool);
    return {
      place: (order) => place(pool, order),
      idle: () => Promise.resolve(),
      usage: () => usageOf(pool, connections, server),
      verify: () => verify(pool),
      close: () => pool.end(),
    } satisfies Market;
  },
});

async function stockShop(pool: pg.Pool, { skus, customers, stock }: Shop): Promise<void> {
  const products = Array.from({ length: skus }, (_, n) => skuOf(n));
  const wallets = Array.from({ length: customers }, (_, n) => customerOf(n));
  const amounts = wallets.map((customer) => (hasMoney(customer) ? funds.minor : 0));
  await pool.query('insert into stock select sku, $2, $2 from unnest($1::text[]) as sku', [products, stock]);
  await pool.query(
    'insert into wallet select customer, amount, amount from unnest($1::text[], $2::bigint[]) as one (customer, amount)',
    [wallets, amounts],
  );
  await pool.query('analyze');
  // Writes the new pages now, and not while orders are measured.
  await pool.query('checkpoint');
}

const columnsOf = ({ data: { lines } }: PlaceOrder) => ({
  skus: lines.map(({ sku }) => sku),
  quantities: lines.map(({ quantity }) => quantity),
  prices: lines.map(({ unitPrice }) => unitPrice.minor),
});

// --- one stored procedure ---------------------------------------------------------------------------------------

const call = { name: 'place-order', text: 'select place_order($1, $2, $3, $4, $5, $6) as status' };

async function throughProcedure(pool: pg.Pool, order: PlaceOrder): Promise<boolean> {
  const { orderId, customerId, shippingAddress } = order.data;
  const { skus, quantities, prices } = columnsOf(order);
  const values = [orderId, customerId, skus, quantities, prices, shippingAddress];
  const { rows } = await pool.query<{ readonly status: string }>({ ...call, values });
  return rows[0]?.status === 'CONFIRMED';
}

// --- a plain transaction ----------------------------------------------------------------------------------------

/** Rows are locked in one order everywhere, SKUs by name and then the wallet, so no two orders wait for each other. */
const lockStock = {
  name: 'lock-stock',
  text: 'select sku, available from stock where sku = any($1) order by sku for no key update',
};
const lockWallet = {
  name: 'lock-wallet',
  text: 'select balance_minor from wallet where customer_id = $1 for no key update',
};
const takeStock = {
  name: 'take-stock',
  text: `update stock set available = available - units
    from unnest($1::text[], $2::bigint[]) as wanted (sku, units) where stock.sku = wanted.sku`,
};
const takeMoney = {
  name: 'take-money',
  text: 'update wallet set balance_minor = balance_minor - $2 where customer_id = $1',
};
const insertOrder = {
  name: 'insert-order',
  text: `insert into orders (order_id, customer_id, status, failure_reason, total_minor, shipping_address)
    values ($1, $2, $3, $4, $5, $6)`,
};
const insertLines = {
  name: 'insert-lines',
  text: `insert into order_line select $1, line, sku, quantity, price
    from unnest($2::text[], $3::int[], $4::bigint[]) with ordinality as given (sku, quantity, price, line)`,
};
const insertHistory = {
  name: 'insert-history',
  text: "insert into order_history (order_id, entry, status) values ($1, 1, 'CREATED'), ($1, 2, $2)",
};

async function inTransaction(pool: pg.Pool, order: PlaceOrder): Promise<boolean> {
  const connection = await pool.connect();
  try {
    await connection.query('begin');
    const confirmed = await placeOn(connection, order);
    await connection.query('commit');
    connection.release();
    return confirmed;
  } catch (error) {
    // the state of this connection is unknown, so the next order must not get it
    connection.release(true);
    throw error;
  }
}

async function placeOn(connection: pg.PoolClient, order: PlaceOrder): Promise<boolean> {
  const { orderId, customerId, lines, shippingAddress } = order.data;
  const { skus, quantities, prices } = columnsOf(order);
  const wanted = new Map<string, number>();
  for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  const total = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.minor, 0);

  const stock = await connection.query<{ readonly sku: string; readonly available: string }>({
    ...lockStock,
    values: [[...wanted.keys()]],
  });
  const wallet = await connection.query<{ readonly balance_minor: string }>({
    ...lockWallet,
    values: [customerId],
  });
  const enough = stock.rows.filter(({ sku, available }) => Number(available) >= (wanted.get(sku) ?? 0));
  const reason =
    enough.length < wanted.size
      ? 'OUT_OF_STOCK'
      : Number(wallet.rows[0]?.balance_minor ?? 0) < total
        ? 'INSUFFICIENT_FUNDS'
        : null;
  const status = reason === null ? 'CONFIRMED' : 'FAILED';
  if (reason === null) {
    await connection.query({ ...takeStock, values: [[...wanted.keys()], [...wanted.values()]] });
    await connection.query({ ...takeMoney, values: [customerId, total] });
  }
  await connection.query({
    ...insertOrder,
    values: [orderId, customerId, status, reason, total, shippingAddress],
  });
  await connection.query({ ...insertLines, values: [orderId, skus, quantities, prices] });
  await connection.query({ ...insertHistory, values: [orderId, status] });
  return reason === null;
}

// --- resources used, and the check of the sums -----------------------------------------------------------------------

async function verify(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ readonly what: string; readonly gone: string; readonly sold: string }>(
    'select what, gone, sold from conservation',
  );
  const wrong = rows.filter(({ gone, sold }) => gone !== sold);
  if (rows.length === 0 || wrong.length > 0) throw new Error(`does not add up: ${JSON.stringify(wrong)}`);
}

async function usageOf(pool: pg.Pool, connections: number, server: number | null): Promise<Usage> {
  // Each backend reports its statistics at its own time unless forced. Sent in parallel, each backend gets one of these.
  const flush = () => pool.query('select pg_stat_force_next_flush()');
  await Promise.all(Array.from({ length: connections }, flush));
  const { rows } = await pool.query<{ readonly bytes: string; readonly syncs: string }>(
    'select wal_bytes as bytes, wal_sync as syncs from pg_stat_wal',
  );
  const { user, system } = process.cpuUsage();
  const ofServer = server === null ? Number.NaN : cpuSecondsOf(server);
  return {
    cpuSeconds: (user + system) / 1e6 + ofServer,
    bytes: Number(rows[0]?.bytes),
    syncs: Number(rows[0]?.syncs),
  };
}

/** The process id of the server; null when it is not on this machine, or unknown. */
async function serverOf(pool: pg.Pool): Promise<number | null> {
  const { rows } = await pool.query<{ readonly pid: number }>('select pg_backend_pid() as pid');
  const backend = statOf(String(rows[0]?.pid));
  return backend?.name === 'postgres' ? backend.parent : null;
}

const ticksPerSecond = 100;

/** CPU time of the server, of its present processes, and of its ended ones. */
function cpuSecondsOf(server: number): number {
  const children = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').trim().split(' ');
  const own = statOf(String(server));
  const ticks = children.reduce((sum, child) => sum + (statOf(child)?.ticks ?? 0), own?.ticks ?? Number.NaN);
  return (ticks + (own?.ticksOfEnded ?? 0)) / ticksPerSecond;
}

/** proc(5): the fields after the name. The name is in brackets and may contain any character. */
function statOf(pid: string) {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // the process has ended, or this is not Linux
    return null;
  }
  const end = stat.lastIndexOf(')');
  const fields = stat
    .slice(end + 2)
    .split(' ')
    .map(Number);
  const [parent = 0] = fields.slice(1);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11);
  return {
    name: stat.slice(stat.indexOf('(') + 1, end),
    parent,
    ticks: user + system,
    ticksOfEnded: endedUser + endedSystem,
  };
}
