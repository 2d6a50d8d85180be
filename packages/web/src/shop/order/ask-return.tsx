// The form with which a customer asks to send goods back.
import { useState } from 'react';
import { useMutation } from 'urql';
import { RequestReturnDocument } from '../generated/graphql.js';
import { failureText } from '../basket/refusals.js';
import { useForm, type Errors } from '../../shared/ui/form.js';
import { Actions, Button, Field, Notice } from '../../shared/ui/ui.js';
import panel from '../pages/order/order-page.module.css';
import { useSpeech } from '../words/words.js';
import type { Words } from '../words/en.js';
import { unitsToAskFor, type UnitsLeft } from './units-back.js';
import type { LiveOrder } from './use-order.js';

type Props = {
  readonly order: Pick<LiveOrder, 'id' | 'lines' | 'returns' | 'returnRequests'>;
  /** Loads the order again, after a refusal that shows that it has changed. */
  readonly again: () => void;
};

type Outcome = { readonly good: boolean; readonly text: string };

export function AskReturn({ order, again }: Props) {
  const { words } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const left = unitsToAskFor(order);
  if (left.length === 0 && outcome === null) return null;
  return (
    <section className={panel.panel}>
      <h2>{words.order.askReturn}</h2>
      {outcome !== null && (
        <Notice kind={outcome.good ? 'good' : 'bad'} urgent>
          <p>{outcome.text}</p>
        </Notice>
      )}
      {isOpen && left.length > 0 ? (
        <ReturnForm
          order={order}
          left={left}
          again={again}
          onOutcome={(next) => {
            setOutcome(next);
            if (next?.good === true) setOpen(false);
          }}
          onLeave={() => {
            setOutcome(null);
            setOpen(false);
          }}
        />
      ) : (
        left.length > 0 && (
          <Button
            onClick={() => {
              setOutcome(null);
              setOpen(true);
            }}
          >
            {words.order.returnStart}
          </Button>
        )
      )}
    </section>
  );
}

type FormProps = Props & {
  readonly left: readonly UnitsLeft[];
  readonly onOutcome: (outcome: Outcome | null) => void;
  readonly onLeave: () => void;
};

const unitsField = (sku: string): string => `units.${sku}`;

function ReturnForm({ order, left, again, onOutcome, onLeave }: FormProps) {
  const { words } = useSpeech();
  const send = useSending(order, again, onOutcome);
  const form = useForm<string>({
    initial: {
      // With one unit of one product there is nothing to choose.
      ...Object.fromEntries(
        left.map(({ sku, left: most }) => [unitsField(sku), left.length === 1 && most === 1 ? '1' : '0']),
      ),
      reason: '',
    },
    check: (values) => wrongIn(values, left, words),
    draft: `return:${order.id}`,
  });
  return (
    <form
      ref={form.ref}
      className={panel.form}
      onSubmit={form.submit((values) => send(linesIn(values, left), (values['reason'] ?? '').trim()))}
      noValidate
    >
      <p>{words.order.returnMore}</p>
      {left.map(({ sku, name, left: most }) => (
        <Field
          key={sku}
          label={words.order.returnUnits(name, most)}
          type="number"
          inputMode="numeric"
          min={0}
          max={most}
          {...form.field(unitsField(sku))}
        />
      ))}
      <Field
        label={words.order.returnWhy}
        error={form.field('reason').error}
        control={(tied) => {
          const { error: _shown, ...area } = form.field('reason');
          return <textarea {...tied} {...area} maxLength={500} rows={3} />;
        }}
      />
      <Actions>
        <Button type="submit" kind="primary" busy={form.busy}>
          {words.order.returnSend}
        </Button>
        <Button onClick={onLeave}>{words.order.returnLeave}</Button>
      </Actions>
    </form>
  );
}

/** An error of no field: the typed text stays. */
const kept: Errors<string> = { request: '' };

type Line = { readonly sku: string; readonly quantity: number };
type Values = Readonly<Record<string, string>>;

const unitsIn = (values: Values, sku: string): number => Number(values[unitsField(sku)] ?? '0');

const linesIn = (values: Values, left: readonly UnitsLeft[]): readonly Line[] =>
  left.map(({ sku }) => ({ sku, quantity: unitsIn(values, sku) })).filter(({ quantity }) => quantity > 0);

function wrongIn(values: Values, left: readonly UnitsLeft[], words: Words): Errors<string> {
  const errors: Errors<string> = {};
  for (const { sku, left: most } of left) {
    const units = unitsIn(values, sku);
    if (!Number.isInteger(units) || units < 0 || units > most)
      errors[unitsField(sku)] = words.order.returnUnitsWrong(most);
  }
  const [first] = left;
  if (first !== undefined && Object.keys(errors).length === 0 && linesIn(values, left).length === 0)
    errors[unitsField(first.sku)] = words.order.returnNone;
  if ((values['reason'] ?? '').trim() === '') errors['reason'] = words.refused.required;
  return errors;
}

/**
 * Sends a request. Its key belongs to the intent: it is the next request of this order, in every tab and after a reload.
 * With other content under the same key, an earlier request has arrived meanwhile, and nothing more is asked for.
 */
function useSending(
  { id: orderId, returnRequests }: Props['order'],
  again: () => void,
  onOutcome: FormProps['onOutcome'],
) {
  const { words } = useSpeech();
  const [, requestReturn] = useMutation(RequestReturnDocument);
  const idempotencyKey = `return:${orderId}:${returnRequests.length + 1}`;
  return async (lines: readonly Line[], reason: string): Promise<Errors<string> | undefined> => {
    onOutcome(null);
    const { data, error } = await requestReturn({ input: { idempotencyKey, orderId, lines, reason } });
    if (data === undefined) {
      onOutcome({ good: false, text: failureText(words, error) });
      return kept;
    }
    const answer = data.requestReturn;
    if (answer.__typename === 'OrderSuccess') {
      onOutcome({ good: true, text: words.order.returnSent });
      return undefined;
    }
    again();
    if (answer.__typename !== 'ValidationError') {
      onOutcome({ good: false, text: words.order.returnLate });
      return kept;
    }
    return refusedFields(answer.fields, lines, words);
  };
}

/** The server's paths (`lines.0.quantity`) as the form's fields. */
function refusedFields(fields: readonly string[], lines: readonly Line[], words: Words): Errors<string> {
  const errors: Errors<string> = {};
  for (const path of fields) {
    const [name, index] = path.split('.');
    const line = name === 'lines' ? lines[Number(index ?? 0)] : undefined;
    if (line !== undefined) errors[unitsField(line.sku)] = words.order.returnTooMany;
    else errors['reason'] = words.refused.required;
  }
  return errors;
}
