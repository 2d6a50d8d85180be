// The basket, and the order that is made of it.
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type SyntheticEvent } from 'react';
import { useQuery } from 'urql';
import { AddressFields, addressFields, useAddressForm } from '../../basket/address-form.js';
import { basket, withQuantity, type Basket, type BasketLine } from '../../basket/basket.js';
import { usePlaceOrder } from '../../basket/place-order.js';
import { failureText, refusalText } from '../../basket/refusals.js';
import { totalOf } from '../../basket/total.js';
import { ProductDocument } from '../../generated/graphql.js';
import { timesMoney, type Money } from '../../../shared/money.js';
import { useSession, useSessionState } from '../../../shared/api/provider.js';
import { NotReached } from '../../../shared/api/session.js';
import { useStore } from '../../../shared/store.js';
import { fieldErrors } from '../../../shared/ui/form.js';
import { Actions, Button, buttonClass, Empty, Heading, Notice } from '../../../shared/ui/ui.js';
import { useSpeech } from '../../words/words.js';
import { ProductPicture } from '../products/product-picture.js';
import { PriceChanged } from './price-changed.js';
import styles from './basket-page.module.css';

export function BasketPage() {
  const { words } = useSpeech();
  const shown = useStore(basket);
  const { lines } = shown;
  const [prices, setPrices] = useState<ReadonlyMap<string, Money>>(new Map());
  const total = totalOf(lines, prices);
  return (
    <>
      <Heading title={words.title(words.basket.title)}>{words.basket.title}</Heading>
      {lines.length === 0 ? (
        <Empty title={words.basket.empty}>
          <Link to="/" className={buttonClass('primary')}>
            {words.basket.browse}
          </Link>
        </Empty>
      ) : (
        <div className={styles.columns}>
          <section>
            <ul className={styles.lines}>
              {lines.map((line) => (
                <Line
                  key={line.sku}
                  line={line}
                  onPrice={(price) => {
                    setPrices((known) => new Map([...known, [line.sku, price]]));
                  }}
                />
              ))}
            </ul>
            {total !== null && <Total total={total} />}
          </section>
          <Checkout shown={shown} total={total} />
        </div>
      )}
    </>
  );
}

function Total({ total }: { readonly total: Money }) {
  const { words, money } = useSpeech();
  return (
    <p className={styles.total}>
      <span>{words.basket.total}</span>
      <span>{money(total)}</span>
    </p>
  );
}

type LineProps = { readonly line: BasketLine; readonly onPrice: (price: Money) => void };

function Line({ line, onPrice }: LineProps) {
  const { words, money } = useSpeech();
  const { sku, name, quantity } = line;
  const [{ data, fetching }] = useQuery({ query: ProductDocument, variables: { sku } });
  const [told, setTold] = useState<Money | null>(null);
  const product = data?.product ?? null;
  if (product !== null && told !== product.price) {
    setTold(product.price);
    queueMicrotask(() => {
      onPrice(product.price);
    });
  }
  const set = (next: number): void => {
    basket.set(withQuantity(basket.get(), { sku, name, quantity: next }));
  };
  const available = Math.max(product?.stock.available ?? quantity, 0);
  return (
    <li className={styles.line}>
      <ProductPicture sku={sku} className={styles.picture} />
      <div>
        <h2 className={styles.name}>{product?.name ?? name}</h2>
        {product !== null && (
          <p className={styles.each}>
            {money(product.price)} {words.basket.each}
          </p>
        )}
      </div>
      <p className={styles.sum}>{product !== null && money(timesMoney(product.price, quantity))}</p>
      <div className={styles.controls}>
        <Stepper name={name} quantity={quantity} onChange={set} />
        <Button
          kind="link"
          onClick={() => {
            set(0);
          }}
          aria-label={words.basket.removeNamed(name)}
        >
          {words.basket.remove}
        </Button>
        {data !== undefined && product === null && !fetching && (
          <span className={styles.short}>{words.basket.gone}</span>
        )}
        {product !== null && available < quantity && (
          <>
            <span className={styles.short}>{words.basket.only(available)}</span>
            {available > 0 && (
              <Button
                kind="link"
                onClick={() => {
                  set(available);
                }}
              >
                {words.basket.take(available)}
              </Button>
            )}
          </>
        )}
      </div>
    </li>
  );
}

type StepperProps = {
  readonly name: string;
  readonly quantity: number;
  readonly onChange: (quantity: number) => void;
};

function Stepper({ name, quantity, onChange }: StepperProps) {
  const { words } = useSpeech();
  return (
    <span className={styles.stepper}>
      <button
        type="button"
        aria-label={words.basket.less(name)}
        onClick={() => {
          onChange(quantity - 1);
        }}
      >
        −
      </button>
      <input
        inputMode="numeric"
        aria-label={words.basket.quantity(name)}
        value={quantity}
        onChange={({ target }) => {
          const typed = Number(target.value);
          if (Number.isInteger(typed) && typed > 0) onChange(typed);
        }}
      />
      <button
        type="button"
        aria-label={words.basket.more(name)}
        onClick={() => {
          onChange(quantity + 1);
        }}
      >
        +
      </button>
    </span>
  );
}

type Outcome = Awaited<ReturnType<ReturnType<typeof usePlaceOrder>>>;
type CheckoutProps = { readonly shown: Basket; readonly total: Money | null };

function Checkout({ shown, total }: CheckoutProps) {
  const { words } = useSpeech();
  const state = useSessionState();
  const navigate = useNavigate();
  const place = usePlaceOrder();
  const isGuest = state.status === 'guest';
  const form = useAddressForm(state.status === 'signed-in' ? state.person.name : null);
  const [refused, setRefused] = useState<{ readonly outcome: Outcome; readonly total: Money | null } | null>(
    null,
  );
  const order = async (address: Parameters<typeof place>[1], agreed: Money | null) => {
    setRefused(null);
    const placed = await place(shown, address, isGuest, agreed);
    if (placed.__typename === 'OrderSuccess') {
      await navigate({ to: '/payment', search: { orderId: placed.order.id } });
      return undefined;
    }
    const errors =
      placed.__typename === 'ValidationError'
        ? fieldErrors(placed.fields, addressFields, placed.message)
        : {};
    if (Object.keys(errors).length === 0) setRefused({ outcome: placed, total: agreed });
    return errors;
  };
  const submitFor = (agreed: Money | null) => form.submit((address) => order(address, agreed));
  if (state.status === 'guest' && state.guestId === undefined) return <WhoAreYou />;
  return (
    <form ref={form.ref} className={styles.panel} onSubmit={submitFor(total)} noValidate>
      <h2>{words.basket.address}</h2>
      <AddressFields form={form} isGuest={isGuest} />
      {refused !== null && <Refused {...refused} lines={shown.lines} busy={form.busy} agree={submitFor} />}
      <Button type="submit" kind="primary" busy={form.busy}>
        {form.busy ? words.basket.placing : words.basket.place}
      </Button>
      <p className={styles.small}>{words.basket.reserved}</p>
    </form>
  );
}

/** Signing in, or ordering as a guest. */
function WhoAreYou() {
  const { words } = useSpeech();
  const session = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const start = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const started = await session.startAsGuest();
      if (started?.__typename === 'RateLimitedError') setProblem(refusalText(words, started));
    } catch (error) {
      if (!(error instanceof NotReached)) throw error;
      setProblem(words.refused.unreachable);
    }
    setBusy(false);
  };
  return (
    <section className={styles.panel}>
      <h2>{words.basket.signInFirst}</h2>
      <Link to="/sign-in" search={{ next: '/basket' }} className={buttonClass('primary')}>
        {words.account.signIn}
      </Link>
      <Button busy={busy} onClick={() => void start()}>
        {words.basket.asGuest}
      </Button>
      <p className={styles.small}>{words.basket.asGuestMore}</p>
      {problem !== null && (
        <Notice kind="bad" urgent>
          <p>{problem}</p>
        </Notice>
      )}
    </section>
  );
}

type RefusedProps = {
  readonly outcome: Outcome;
  /** the total that the order was to have */
  readonly total: Money | null;
  readonly lines: Basket['lines'];
  readonly busy: boolean;
  /** Places the order for this total. */
  readonly agree: (total: Money) => (event: SyntheticEvent) => void;
};

function Refused({ outcome, total, lines, busy, agree }: RefusedProps) {
  const { words } = useSpeech();
  const nameOf = (sku: string): string => lines.find((line) => line.sku === sku)?.name ?? sku;
  const set = (sku: string, quantity: number): void => {
    basket.set(withQuantity(basket.get(), { sku, name: nameOf(sku), quantity }));
  };
  if (outcome.__typename === 'PriceChangedError' && total !== null)
    return (
      <PriceChanged {...{ refusal: outcome, before: total, busy, nameOf }} onAgree={agree(outcome.total)} />
    );
  if (outcome.__typename === 'OutOfStockError')
    return (
      <Notice kind="warn" title={words.basket.outOfStock} urgent>
        <p>{words.basket.outOfStockMore}</p>
        {outcome.shortages.map(({ sku, requested, available }) => (
          <div key={sku}>
            <p>{words.basket.shortage(nameOf(sku), requested, available)}</p>
            <Actions>
              {available > 0 && (
                <Button
                  onClick={() => {
                    set(sku, available);
                  }}
                >
                  {words.basket.take(available)}
                </Button>
              )}
              <Button
                kind="link"
                onClick={() => {
                  set(sku, 0);
                }}
              >
                {words.basket.removeNamed(nameOf(sku))}
              </Button>
            </Actions>
          </div>
        ))}
      </Notice>
    );
  if (outcome.__typename === 'UnknownProductError')
    return (
      <Notice kind="bad" title={words.basket.unknown} urgent>
        {outcome.skus.map((sku) => (
          <Button
            key={sku}
            kind="link"
            onClick={() => {
              set(sku, 0);
            }}
          >
            {words.basket.removeNamed(nameOf(sku))}
          </Button>
        ))}
      </Notice>
    );
  return (
    <Notice kind="bad" urgent>
      <p>
        {outcome.__typename === 'Failed'
          ? failureText(words, outcome.error)
          : outcome.__typename === 'IdempotencyConflictError'
            ? words.basket.conflict
            : refusalText(words, outcome)}
      </p>
    </Notice>
  );
}
