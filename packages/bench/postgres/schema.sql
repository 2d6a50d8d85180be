-- The checkout as one hand-written transaction per order: what the product is held against.
--
-- The same promises on the same shop: an order takes all of its units or none, never more than there are, and exactly
-- its price, never more than there is; a refused order leaves nothing but its row, its lines and its history; the same
-- order id is carried out once (the primary key aborts a repetition, all of it). No foreign keys and no index beyond the
-- primary keys: every row is written by the code below, and nothing is to slow the comparison's other side down.
-- The tables that are updated leave room in their pages, so that updates stay within them (heap-only tuples).

drop schema if exists checkout cascade;
create schema checkout;
set search_path = checkout;

create table stock (
  sku text primary key,
  received bigint not null,
  available bigint not null check (available between 0 and received)
) with (fillfactor = 50);

create table wallet (
  customer_id text primary key,
  deposited_minor bigint not null,
  balance_minor bigint not null check (balance_minor between 0 and deposited_minor)
) with (fillfactor = 50);

create type order_status as enum ('CREATED', 'CONFIRMED', 'FAILED');
create type failure_reason as enum ('OUT_OF_STOCK', 'INSUFFICIENT_FUNDS');

create table orders (
  order_id text primary key,
  customer_id text not null,
  status order_status not null,
  failure_reason failure_reason,
  total_minor bigint not null check (total_minor > 0),
  shipping_address jsonb not null,
  placed_at timestamptz not null default now(),
  check ((status = 'FAILED') = (failure_reason is not null))
);

create table order_line (
  order_id text,
  line int,
  sku text not null,
  quantity int not null check (quantity > 0),
  unit_price_minor bigint not null,
  primary key (order_id, line)
);

create table order_history (
  order_id text,
  entry int,
  status order_status not null,
  at timestamptz not null default clock_timestamp(),
  primary key (order_id, entry)
);

-- One call is one transaction. SKUs are taken in their order and the wallet comes last, so no two orders can wait for
-- each other. An update that finds too little changes nothing, so no row is locked merely to be looked at.
create function place_order(
  the_order text,
  the_customer text,
  skus text[],
  quantities int[],
  unit_prices_minor bigint[],
  address jsonb
) returns order_status language plpgsql as $$
declare
  wanted record;
  refused_at text;
  reason failure_reason;
  total bigint := (
    select sum(quantity * price) from unnest(quantities, unit_prices_minor) as line (quantity, price)
  );
  outcome order_status;
begin
  for wanted in
    select sku, sum(quantity) as units from unnest(skus, quantities) as line (sku, quantity) group by sku order by sku
  loop
    update stock set available = available - wanted.units
      where sku = wanted.sku and available >= wanted.units;
    if not found then
      reason := 'OUT_OF_STOCK';
      refused_at := wanted.sku;
      exit;
    end if;
  end loop;

  if reason is null then
    update wallet set balance_minor = balance_minor - total
      where customer_id = the_customer and balance_minor >= total;
    if not found then
      reason := 'INSUFFICIENT_FUNDS';
    end if;
  end if;

  if reason is not null then
    -- What was taken is ours until we commit: it is put back under the locks that we hold.
    update stock set available = available + taken.units
      from (
        select sku, sum(quantity) as units from unnest(skus, quantities) as line (sku, quantity) group by sku
      ) as taken
      where stock.sku = taken.sku and (refused_at is null or stock.sku < refused_at);
  end if;

  outcome := case when reason is null then 'CONFIRMED' else 'FAILED' end;
  insert into orders (order_id, customer_id, status, failure_reason, total_minor, shipping_address)
    values (the_order, the_customer, outcome, reason, total, address);
  insert into order_line
    select the_order, line, sku, quantity, price
    from unnest(skus, quantities, unit_prices_minor) with ordinality as given (sku, quantity, price, line);
  insert into order_history (order_id, entry, status) values (the_order, 1, 'CREATED'), (the_order, 2, outcome);
  return outcome;
end
$$;

-- What left the shelves and the wallets, and what confirmed orders say of it. Both columns must agree.
create view conservation as
  select 'stock' as what, (select coalesce(sum(received - available), 0) from stock) as gone,
    (select coalesce(sum(quantity), 0) from order_line join orders using (order_id) where status = 'CONFIRMED') as sold
  union all
  select 'money', (select coalesce(sum(deposited_minor - balance_minor), 0) from wallet),
    (select coalesce(sum(total_minor), 0) from orders where status = 'CONFIRMED')
  union all
  select 'history', (select count(*) * 2 from orders), (select count(*) from order_history);
