// Goods that come back, and money that goes back.
import { useState } from 'react';
import { useMutation } from 'urql';
import { missingMoney, parseMoney, type Money } from '../../../shared/money.js';
import { Field } from '../../../shared/ui/ui.js';
import { unitsLeft, unitsOf } from '../../../shared/units.js';
import { DeclineReturnDocument, RefundDocument, TakeBackDocument } from '../../generated/graphql.js';
import { moneyText, unitsText } from '../../ui/parts.js';
import { ReasonDialog } from '../../ui/reason-dialog.js';
import { useAct, type ActProps, type Order } from './use-act.js';

/** Units of each product that were shipped and have not come back. */
export const leftToReturn = ({ lines, returns }: Pick<Order, 'lines' | 'returns'>) =>
  unitsLeft(
    lines,
    returns.flatMap((one) => one.lines),
  );

const openRequests = ({ returnRequests }: Pick<Order, 'returnRequests'>) =>
  returnRequests.filter(({ status }) => status === 'OPEN');

/** Units that the customer asked to send back and that have not come. */
const askedFor = (order: Order, sku: string): number =>
  unitsOf(
    openRequests(order).flatMap(({ openLines }) => openLines),
    sku,
  );

/** The reasons of the open requests, as long as a reason may be. */
const reasonsOf = (order: Order): string =>
  openRequests(order)
    .map(({ reason }) => reason)
    .join('; ')
    .slice(0, 500);

/** Begins with what the customer asked for. */
export function TakeBack({ order, again }: ActProps) {
  const [, takeBack] = useMutation(TakeBackDocument);
  const run = useAct(takeBack, again);
  const left = leftToReturn(order);
  const [typed, setTyped] = useState<ReadonlyMap<string, number>>(new Map());
  const cameBack = (sku: string): number => typed.get(sku) ?? askedFor(order, sku);
  return (
    <ReasonDialog
      label="Take back"
      title="What came back?"
      suggested={reasonsOf(order)}
      explain={
        <>
          <p>The goods go to stock, and their money goes back to the customer.</p>
          {left.map(({ sku, name, quantity }) => (
            <Field
              key={sku}
              label={`${name} (of ${quantity})`}
              type="number"
              min={0}
              max={quantity}
              value={cameBack(sku)}
              onChange={({ target }) => {
                const count = Math.min(quantity, Math.max(0, Math.trunc(Number(target.value)) || 0));
                setTyped(new Map([...typed, [sku, count]]));
              }}
            />
          ))}
        </>
      }
      act={async (reason, idempotencyKey) => {
        const lines = left
          .map(({ sku }) => ({ sku, quantity: cameBack(sku) }))
          .filter(({ quantity }) => quantity > 0);
        if (lines.length === 0) return 'Say how many came back.';
        const problem = await run({ idempotencyKey, orderId: order.id, lines, reason });
        if (problem === null) setTyped(new Map());
        return problem;
      }}
    />
  );
}

/** One for each open request: the customer reads the reason. */
export function DeclineReturns({ order, again }: ActProps) {
  const [, decline] = useMutation(DeclineReturnDocument);
  const run = useAct(decline, again);
  const open = openRequests(order);
  return open.map(({ id: requestId, openLines }) => (
    <ReasonDialog
      key={requestId}
      label={open.length === 1 ? 'Decline return' : `Decline return of ${unitsText(openLines)}`}
      kind="danger"
      title="Refuse to take this back?"
      explain={
        <p>
          {unitsText(openLines)} then need not come back. The customer reads the reason, and can ask again.
        </p>
      }
      act={(reason, idempotencyKey) => run({ idempotencyKey, orderId: order.id, requestId, reason })}
    />
  ));
}

export function Refund({ order: { id: orderId, total, payment }, again }: ActProps) {
  const [, refund] = useMutation(RefundDocument);
  const run = useAct(refund, again);
  const [typed, setTyped] = useState('');
  const paid: Money = payment?.amount ?? total;
  const left = missingMoney(paid, payment?.refunded ?? null);
  return (
    <ReasonDialog
      label="Refund"
      title="Give money back?"
      explain={
        <Field
          label={`Amount in ${paid.currency}`}
          hint={left === null ? undefined : `All of ${moneyText(left)} when left empty.`}
          inputMode="decimal"
          autoComplete="off"
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
          }}
        />
      }
      act={async (reason, idempotencyKey) => {
        const amount = typed.trim() === '' ? null : parseMoney(typed, paid.currency);
        if (amount === null && typed.trim() !== '') return 'This is no amount.';
        const problem = await run({ idempotencyKey, orderId, reason, ...(amount !== null && { amount }) });
        if (problem === null) setTyped('');
        return problem;
      }}
    />
  );
}
