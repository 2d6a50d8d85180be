// Compares the books, which are computed from the log, with the read models. The comparison needs a moment without new
// events: while orders keep coming it is tried again, a few times.
import type { EventStore } from '@holdfast/event-store';
import type { Clock, Position } from '@holdfast/kernel';
import { depositPaidBy } from '@holdfast/payments';
import type { OrderSummary, StockLevel, WalletStatement } from '@holdfast/projections';
import { isForeign, type Projections } from '@holdfast/runtime';
import { documents, nextTurn, type Pause } from '../../graphql/connections.js';
import { collections } from '../../queries/read-models.js';
import { positionText } from '../../graphql/scalars.js';
import type { Cards } from '../../payments/cards.js';
import { AuditChain } from '../audit/chain.js';
import { addCards, enterCard, type CardBooks, type CardSums } from './card-books.js';
import { addDeposits, enterDeposit, type DepositBooks } from './deposit-books.js';
import { emptyLedger, enter, isSettledRight, type Ledger } from './ledger.js';

export type ReconciliationCheck = {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly actual: string;
};

export type ReconciliationReport = {
  readonly ok: boolean;
  readonly position: Position;
  /** ISO 8601 */
  readonly checkedAt: string;
  readonly checks: readonly ReconciliationCheck[];
};

const pageOfEvents = 1000;
const readModelMs = 5_000;
const tries = 3;

export async function reconcile(
  {
    store,
    projections,
    environment,
    cards = null,
  }: {
    readonly store: EventStore;
    readonly projections: Projections;
    readonly environment: { readonly clock: Clock };
    /** null, or not given: no cards are taken */
    readonly cards?: Pick<Cards, 'books' | 'gateways'> | null;
  },
  pause: Pause = nextTurn,
): Promise<ReconciliationReport> {
  const ledger: Books = {
    ...emptyLedger(),
    ...{ cards: new Map(), deposits: new Map(), audit: new AuditChain() },
  };
  let position: Position = -1;
  let checks: readonly ReconciliationCheck[] = [];
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    position = await read(store, ledger, position, pause);
    checks = [
      ...(await compare(ledger, projections, position)),
      compareAudit(ledger.audit),
      ...(cards === null ? [] : await compareCards(ledger, cards)),
    ];
    const moved = (await store.readAll({ after: position, limit: 1 })).length > 0;
    if (!moved || checks.every(({ ok }) => ok)) break;
  }
  const checkedAt = new Date(environment.clock.now()).toISOString();
  return { ok: checks.every(({ ok }) => ok), position, checkedAt, checks };
}

type Books = Ledger & {
  readonly cards: CardBooks;
  readonly deposits: DepositBooks;
  readonly audit: AuditChain;
};

/** Enters everything after `after`; returns the last position that was read. */
async function read(store: EventStore, ledger: Books, after: Position, pause: Pause): Promise<Position> {
  let position = after;
  for (;;) {
    const events = await store.readAll({ after: position, limit: pageOfEvents });
    for (const event of events) {
      // The event of another program is parked, and belongs in no book.
      if (isForeign(event)) continue;
      try {
        enter(ledger, event);
        enterCard(ledger.cards, event);
        enterDeposit(ledger.deposits, event);
        ledger.audit.enter(event);
      } catch {
        // The report names the event; its missing effect shows as a difference.
        ledger.unreadable.push(`${event.stream}@${event.revision}`);
      }
    }
    position = events.at(-1)?.position ?? position;
    if (events.length < pageOfEvents) return position;
    await pause();
  }
}

async function compare(
  ledger: Ledger,
  projections: Projections,
  position: Position,
): Promise<readonly ReconciliationCheck[]> {
  const positions: ReconciliationCheck[] = [];
  for (const { name } of await projections.status()) {
    await projections.reached(name, position, readModelMs);
    const actual = projections.position(name);
    positions.push({
      name: `read model ${name} has reached the log`,
      ok: actual >= position,
      expected: positionText(position),
      actual: positionText(actual),
    });
  }
  return [
    ...(await compareWallets(ledger, projections)),
    ...(await compareStock(ledger, projections)),
    ...(await compareOrders(ledger, projections)),
    check('every event of the log can be read', 'none', names(ledger.unreadable)),
    check('no wallet and no stock was ever overdrawn', 'none', names([...ledger.violations])),
    check('settled orders took and paid for what they ordered, once', 'all', settledWrong(ledger)),
    ...positions,
  ];
}

/** Shows the last link. A copy kept elsewhere shows later whether links are missing at the end. */
function compareAudit(audit: AuditChain): ReconciliationCheck {
  const faults = audit.faults();
  const name = 'audit log: no action of staff was changed, added or removed since it was chained';
  return check(name, audit.state, faults.length === 0 ? audit.state : names(faults));
}

/** The gateway's books, per currency. */
async function compareCards(
  { cards: books, deposits }: Books,
  cards: Pick<Cards, 'books' | 'gateways'>,
): Promise<readonly ReconciliationCheck[]> {
  const sums = () => ({ captured: new Sums(), refunded: new Sums() });
  const [ours, theirs] = [sums(), sums()];
  const adding = ({ captured, refunded }: ReturnType<typeof sums>): CardSums => ({
    captured: (currency, minor) => captured.add(currency, minor),
    refunded: (currency, minor) => refunded.add(currency, minor),
  });
  const kept = new Map<string, number>();
  const failure = await addCards(books, cards, adding(ours), {
    ...adding(theirs),
    kept: (payment, minor) => {
      const depositId = depositPaidBy(payment);
      if (depositId !== null) kept.set(depositId, minor);
    },
  });
  if (failure !== null)
    return [check('cards: the gateway shows its books', 'shown', `not shown: ${failure}`)];
  return [
    check('cards: the gateway has captured what our books say', ours.captured, theirs.captured),
    check('cards: the gateway has refunded what our books say', ours.refunded, theirs.refunded),
    compareDeposits(deposits, kept),
  ];
}

/** Finds money that was refunded in the gateway's own dashboard: it is back on the card, and still in the wallet. */
function compareDeposits(books: DepositBooks, kept: ReadonlyMap<string, number>): ReconciliationCheck {
  const [ours, theirs] = [new Sums(), new Sums()];
  addDeposits(
    books,
    kept,
    (currency, minor) => ours.add(currency, minor),
    (currency, minor) => theirs.add(currency, minor),
  );
  return check('deposits: the gateway has kept what wallets have from cards', ours, theirs);
}

async function compareWallets({ wallets }: Ledger, projections: Projections) {
  const expected = { balance: new Sums(), held: new Sums() };
  const actual = { balance: new Sums(), held: new Sums() };
  for (const { currency, balance, held } of wallets.values()) {
    expected.balance.add(currency, balance);
    expected.held.add(currency, held);
  }
  for await (const { document } of documents<WalletStatement>(projections, collections.wallets, {})) {
    actual.balance.add(document.balance.currency, document.balance.minor);
    actual.held.add(document.held.currency, document.held.minor);
  }
  return [
    check('money: wallets hold all that was paid in and not spent', expected.balance, actual.balance),
    check('money: held for orders', expected.held, actual.held),
  ];
}

async function compareStock({ stock }: Ledger, projections: Projections) {
  const expected = { onHand: new Sums(), reserved: new Sums() };
  const actual = { onHand: new Sums(), reserved: new Sums() };
  for (const { onHand, reserved } of stock.values()) {
    expected.onHand.add('units', onHand);
    expected.reserved.add('units', reserved);
  }
  for await (const { document } of documents<StockLevel>(projections, collections.products, {})) {
    actual.onHand.add('units', document.onHand);
    actual.reserved.add('units', document.reserved);
  }
  return [
    check('stock: on hand is all that came and did not leave', expected.onHand, actual.onHand),
    check('stock: reserved for orders', expected.reserved, actual.reserved),
  ];
}

async function compareOrders({ orders }: Ledger, projections: Projections) {
  const differing: string[] = [];
  const seen = new Set<string>();
  for await (const { document } of documents<OrderSummary>(projections, collections.orders, {})) {
    seen.add(document.id);
    if (orders.get(document.id)?.status !== document.status) differing.push(document.id);
  }
  for (const [id, { status }] of orders) if (status !== null && !seen.has(id)) differing.push(id);
  return [check('orders: every summary has the status that its stream says', 'all', differs(differing))];
}

function settledWrong({ orders }: Ledger): string {
  return differs([...orders].filter(([, book]) => !isSettledRight(book)).map(([id]) => id));
}

/** The text of sums by unit of measure; equal sums have equal texts. */
class Sums {
  readonly #sums = new Map<string, number>();

  add(unit: string, amount: number): void {
    this.#sums.set(unit, (this.#sums.get(unit) ?? 0) + amount);
  }

  toString(): string {
    const sums = [...this.#sums].filter(([, sum]) => sum !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
    return sums.length === 0 ? '0' : sums.map(([unit, sum]) => `${sum} ${unit}`).join(', ');
  }
}

function check(name: string, expected: Sums | string, actual: Sums | string): ReconciliationCheck {
  const [wanted, found] = [expected.toString(), actual.toString()];
  return { name, ok: wanted === found, expected: wanted, actual: found };
}

const listed = 10;
const names = (ids: readonly string[]): string =>
  ids.length === 0 ? 'none' : `${ids.length}: ${ids.slice(0, listed).join(', ')}`;
const differs = (ids: readonly string[]): string => (ids.length === 0 ? 'all' : `not ${names(ids)}`);
