// The changes made by an event, in words: the difference between two moments of an order.
import { money, streamCategory, streamId, type Money } from '@holdfast/kernel';
import type { SagaStep } from '@holdfast/projections';
import type { Moment, ProductMoment } from './moment.js';

/** Returns lines such as `order: CREATED → RESERVED`. `before` is null for the first moment of an order. */
export function changesBetween(before: Moment | null, now: Moment): readonly string[] {
  return [
    ...orderChanges(before, now),
    ...sagaChanges(before, now),
    ...timerChanges(before, now),
    ...walletChanges(before, now),
    ...stockChanges(before, now),
  ];
}

type Shown = string | number | null | undefined;

const changed = (what: string, before: Shown, now: Shown): readonly string[] =>
  before === now ? [] : [`${what}: ${text(before)} → ${text(now)}`];

const text = (value: Shown): string => (value === null || value === undefined ? '–' : String(value));

const amount = (value: Money | null | undefined): string | null => (value ? money.format(value) : null);

function orderChanges(before: Moment | null, { order }: Moment): readonly string[] {
  const old = before?.order;
  return [
    ...changed('order', old?.status, order?.status),
    ...changed('reason', old?.failureReason ?? null, order?.failureReason ?? null),
    ...changed('reserved until', old?.reservationExpiresAt ?? null, order?.reservationExpiresAt ?? null),
    ...changed('payment', old?.payment?.status ?? null, order?.payment?.status ?? null),
    ...changed('invoice', old?.invoice?.number ?? null, order?.invoice?.number ?? null),
  ];
}

function sagaChanges(before: Moment | null, { saga }: Moment): readonly string[] {
  const old = before?.saga;
  const steps = new Map<string, SagaStep>(old?.steps.map((step) => [step.name, step]) ?? []);
  return [
    ...changed('saga', old?.status ?? null, saga?.status ?? null),
    ...changed('waits for', old?.waitingFor ?? null, saga?.waitingFor ?? null),
    ...(saga?.steps ?? []).flatMap(({ name, status, attempts }) => [
      ...changed(`step ${name}`, steps.get(name)?.status ?? null, status),
      ...changed(`attempts of ${name}`, steps.get(name)?.attempts ?? attempts, attempts),
    ]),
  ];
}

function timerChanges(before: Moment | null, now: Moment): readonly string[] {
  const old = new Map(before?.saga?.asOf.timers.map((timer) => [timer.id, timer]));
  return (now.saga?.asOf.timers ?? []).flatMap(({ id, kind, state, dueAt }) => {
    const earlier = old.get(id);
    const isSame = earlier?.state === state && earlier.dueAt === dueAt && earlier.kind === kind;
    if (isSame) return [];
    return [`timer ${kind}: ${state === 'ARMED' ? `armed for ${dueAt}` : state.toLowerCase()}`];
  });
}

/** Compared only after an event of the wallet: between two events of the order, other orders may have changed it. */
function walletChanges(before: Moment | null, now: Moment): readonly string[] {
  if (streamCategory(now.event.stream) !== 'wallet') return [];
  return [
    ...changed('balance', amount(before?.wallet?.balance), amount(now.wallet?.balance)),
    ...changed('held', amount(before?.wallet?.held), amount(now.wallet?.held)),
  ];
}

function stockChanges(before: Moment | null, now: Moment): readonly string[] {
  if (streamCategory(now.event.stream) !== 'stock') return [];
  const sku = streamId(now.event.stream);
  const of = (moment: Moment | null): ProductMoment | undefined =>
    moment?.stock.find((product) => product.sku === sku);
  const [old, present] = [of(before), of(now)];
  return [
    ...changed(`${sku} on hand`, old?.onHand, present?.onHand),
    ...changed(`${sku} reserved`, old?.reserved, present?.reserved),
    ...changed(`${sku} for this order`, old?.reservedForOrder, present?.reservedForOrder),
  ];
}
