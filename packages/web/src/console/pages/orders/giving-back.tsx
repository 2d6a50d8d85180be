// Goods that come back, and money that goes back.
import { useState } from 'react';
import { useMutation } from 'urql';
import { missingMoney, parseMoney, type Money } from '../../../shared/money.js';
import { Field } from '../../../shared/ui/ui.js';
import { RefundDocument, TakeBackDocument } from '../../generated/graphql.js';
import { moneyText } from '../../ui/parts.js';
import { ReasonDialog } from '../../ui/reason-dialog.js';
import { useAct, type ActProps, type Order } from './use-act.js';

/** Units of each product that were shipped and have not come back. */
export const leftToReturn = ({
  lines,
  returns,
}: Pick<Order, 'lines' | 'returns'>): readonly Order['lines'][number][] => {
  const back = returns.flatMap((one) => one.lines);
  return lines
    .map((line) => ({
      ...line,
      quantity: back
        .filter(({ sku }) => sku === line.sku)
        .reduce((left, { quantity }) => left - quantity, line.quantity),
    }))
    .filter(({ quantity }) => quantity > 0);
};

export function TakeBack({ order, again }: ActProps) {
  const [, takeBack] = useMutation(TakeBackDocument);
  const run = useAct(takeBack, again);
  const left = leftToReturn(order);
  const [units, setUnits] = useState<ReadonlyMap<string, number>>(new Map());
  return (
    <ReasonDialog
      label="Take back"
      title="What came back?"
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
              value={units.get(sku) ?? 0}
              onChange={({ target }) => {
                const count = Math.min(quantity, Math.max(0, Math.trunc(Number(target.value)) || 0));
                setUnits(new Map([...units, [sku, count]]));
              }}
            />
          ))}
        </>
      }
      act={async (reason, idempotencyKey) => {
        const lines = left
          .map(({ sku }) => ({ sku, quantity: units.get(sku) ?? 0 }))
          .filter(({ quantity }) => quantity > 0);
        if (lines.length === 0) return 'Say how many came back.';
        const problem = await run({ idempotencyKey, orderId: order.id, lines, reason });
        if (problem === null) setUnits(new Map());
        return problem;
      }}
    />
  );
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
