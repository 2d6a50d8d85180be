// The present actions of staff on an order: only those that the order's state and their roles allow. Each act asks why
// where the reason is recorded, and stands on the timeline with its author.
import { useState, type ReactNode } from 'react';
import { useMutation } from 'urql';
import { useSession, useSessionState } from '../../../shared/api/provider.js';
import { download } from '../../../shared/api/download.js';
import { missingMoney, parseMoney, type Money } from '../../../shared/money.js';
import { Actions, Button, Field, Notice } from '../../../shared/ui/ui.js';
import {
  CancelDocument,
  PackDocument,
  RefundDocument,
  ReviewDocument,
  ScanDocument,
  ShipDocument,
  TakeBackDocument,
  type ActionableFragment,
} from '../../generated/graphql.js';
import { hasRole } from '../../navigation.js';
import { moneyText, Panel } from '../../ui/parts.js';
import { problemOf, ReasonDialog } from '../../ui/reason-dialog.js';

type Order = ActionableFragment;
type Props = {
  readonly order: Order;
  /** Called after each act, because other parts of the page may have changed. */
  readonly again: () => void;
};

const handedOver: readonly string[] = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED'];

export function OrderActions({ order, again }: Props) {
  const state = useSessionState();
  const can = (action: Order['nextActions'][number]): boolean => order.nextActions.includes(action);
  const takesBack =
    state.status === 'signed-in' &&
    hasRole(state.person.roles, ['WAREHOUSE']) &&
    handedOver.includes(order.status) &&
    leftToReturn(order).length > 0;
  const [parcel] = order.shipments;
  const acts: readonly (ReactNode | false | undefined)[] = [
    can('PACK') && <Pack key="pack" order={order} again={again} />,
    can('SHIP') && <Ship key="ship" order={order} again={again} />,
    parcel !== undefined && mayLabel(state) && <Label key="label" parcel={parcel} />,
    parcel !== undefined && can('SCAN') && (
      <Scan key="scan" trackingNumber={parcel.trackingNumber} again={again} />
    ),
    takesBack && <TakeBack key="back" order={order} again={again} />,
    can('REFUND') && <Refund key="refund" order={order} again={again} />,
    can('CANCEL') && <Cancel key="cancel" order={order} again={again} />,
  ];
  const offered = acts.filter(Boolean);
  return (
    <>
      {can('REVIEW') && <Review orderId={order.id} again={again} />}
      {offered.length > 0 && (
        <Panel title="Act" padded>
          <Actions>{offered}</Actions>
        </Panel>
      )}
    </>
  );
}

const mayLabel = (state: ReturnType<typeof useSessionState>): boolean =>
  state.status === 'signed-in' && hasRole(state.person.roles, ['WAREHOUSE']);

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

/** Runs an act, then loads the order again. */
function useAct<Input extends object>(
  run: (variables: { readonly input: Input }) => Promise<{
    readonly data?: Readonly<Record<string, unknown>> | undefined;
    readonly error?: { readonly message: string } | undefined;
  }>,
  again: () => void,
) {
  return async (input: Input): Promise<string | null> => {
    const { data, error } = await run({ input });
    again();
    const [answer] = Object.values(data ?? {}) as [Parameters<typeof problemOf>[1]];
    return problemOf('OrderSuccess', answer, error);
  };
}

/** The order is held until a person has looked at it. */
function Review({ orderId, again }: { readonly orderId: string; readonly again: () => void }) {
  const [, review] = useMutation(ReviewDocument);
  const run = useAct(review, again);
  const act = (approve: boolean) => (reason: string, idempotencyKey: string) =>
    run({ idempotencyKey, orderId, approve, reason });
  return (
    <Notice kind="warn" title="A person has to look at this order.">
      <Actions>
        <ReasonDialog
          label="Approve"
          kind="primary"
          title="Let this order go out?"
          explain="It is confirmed, and the warehouse gets it."
          act={act(true)}
        />
        <ReasonDialog
          label="Reject"
          kind="danger"
          title="Reject this order?"
          explain="It fails. Its stock is released, and the money goes back."
          act={act(false)}
        />
      </Actions>
    </Notice>
  );
}

function Cancel({ order: { id: orderId }, again }: Props) {
  const [, cancel] = useMutation(CancelDocument);
  const run = useAct(cancel, again);
  return (
    <ReasonDialog
      label="Cancel"
      kind="danger"
      title="Cancel this order for its customer?"
      explain="Its stock goes back on the shelf, and what was paid goes back to the customer. Nothing brings the order back."
      act={(reason, idempotencyKey) => run({ idempotencyKey, orderId, reason })}
    />
  );
}

export function Pack({
  order: { id: orderId },
  again,
}: {
  readonly order: { readonly id: string };
  readonly again: () => void;
}) {
  const [, pack] = useMutation(PackDocument);
  const run = useAct(pack, again);
  return (
    <ReasonDialog
      label="Pack"
      kind="primary"
      title="Is everything in the parcel?"
      explain="The carrier then makes the label."
      needsReason={false}
      act={(_, idempotencyKey) => run({ idempotencyKey, orderId })}
    />
  );
}

export function Ship({
  order: { id: orderId },
  again,
}: {
  readonly order: { readonly id: string };
  readonly again: () => void;
}) {
  const [, ship] = useMutation(ShipDocument);
  const run = useAct(ship, again);
  return (
    <ReasonDialog
      label="Ship"
      kind="primary"
      title="Has the carrier got the parcel?"
      explain="From then on the order can’t be cancelled."
      needsReason={false}
      act={(_, idempotencyKey) => run({ idempotencyKey, orderId })}
    />
  );
}

export function Label({
  parcel,
}: {
  readonly parcel: Pick<Order['shipments'][number], 'labelUrl' | 'trackingNumber'>;
}) {
  const session = useSession();
  const [failed, setFailed] = useState(false);
  return (
    <>
      <Button
        onClick={() =>
          void download(session, parcel.labelUrl, `${parcel.trackingNumber}.pdf`).then((done) => {
            setFailed(!done);
          })
        }
      >
        Label (PDF)
      </Button>
      <span role="status">{failed && 'The label could not be loaded.'}</span>
    </>
  );
}

const scanCodes = ['IN_TRANSIT', 'HUB', 'OUT_FOR_DELIVERY', 'DELIVERY_FAILED', 'DELIVERED'];

function Scan({ trackingNumber, again }: { readonly trackingNumber: string; readonly again: () => void }) {
  const [, scan] = useMutation(ScanDocument);
  const run = useAct(scan, again);
  const [code, setCode] = useState('IN_TRANSIT');
  const [location, setLocation] = useState('');
  return (
    <ReasonDialog
      label="Scan"
      title="What did the carrier read?"
      needsReason={false}
      explain={
        <>
          <Field
            label="Code"
            control={(tied) => (
              <select
                {...tied}
                value={code}
                onChange={({ target }) => {
                  setCode(target.value);
                }}
              >
                {scanCodes.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          />
          <Field
            label="Place (optional)"
            value={location}
            maxLength={200}
            autoComplete="off"
            onChange={({ target }) => {
              setLocation(target.value);
            }}
          />
        </>
      }
      act={(_, idempotencyKey) => {
        const place = location.trim();
        return run({ idempotencyKey, trackingNumber, code, ...(place !== '' && { location: place }) });
      }}
    />
  );
}

function TakeBack({ order, again }: Props) {
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

function Refund({ order: { id: orderId, total, payment }, again }: Props) {
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
