// The outside world of a simulation, without a network: the card gateway with its customers at its page, its webhooks, and
// the carrier. Requests and responses are messages, which may be late, lost or repeated.
import type { WebhookDoor } from '@holdfast/api';
import {
  idempotencyKey,
  openBooks,
  type Booked,
  type BookedPayment,
  type Books,
  type Carrier,
  type GatewayOutcome,
  type LabelOutcome,
  type LookedUp,
  type PaymentGateway,
  type VoidOutcome,
  type WebhookNotice,
} from '@holdfast/gateways';
import { assertNever, money } from '@holdfast/kernel';
import {
  paymentOfReference,
  paymentReference,
  type GatewayOperation,
  type GatewayReport,
  type PaymentId,
} from '@holdfast/payments';
import { noFaults, nowAndThen, type Faults, type Planted } from './faults.js';
import type { Life, World } from './world.js';

const timeoutMs = 10_000;
const webhookRetryMs = 20_000;

/** The part of the shop that the world reaches. */
export type ShopDoors = {
  readonly life: Life;
  readonly webhooks: WebhookDoor;
  /** the customer is back from the gateway's page */
  comeBack(payment: PaymentId, requestId: string): void;
};

type Unavailable = Extract<GatewayOutcome, { kind: 'unavailable' }>;
const unavailable = (reason: string): Unavailable => ({ kind: 'unavailable', reason });

export class Outside {
  faults: Faults;
  /** the running shop; null while it is down */
  doors: ShopDoors | null = null;
  readonly books: Books;
  readonly #responses = new Map<string, { readonly request: string; readonly outcome: GatewayOutcome }>();
  /** orders whose labels were voided */
  readonly #voided = new Set<string>();
  #isDown = false;

  constructor(
    private readonly world: World,
    faults: Faults,
    private readonly planted: Planted | null = null,
  ) {
    this.faults = faults;
    this.books = openBooks({
      clock: world.clock,
      ids: world.ids,
      changed: (payment, type) => this.#tell(payment, type),
    });
    nowAndThen(
      world,
      faults.outageEveryMs,
      () => this.faults !== noFaults,
      () => this.#breakDown(),
    );
  }

  heal(): void {
    this.faults = noFaults;
    this.#isDown = false;
  }

  /** The gateway as the shop of this life reaches it. */
  gateway(life: Life): PaymentGateway {
    const operate = (
      payment: PaymentId,
      operation: GatewayOperation,
      request: object,
      run: (reference: string) => Booked | null,
    ): Promise<GatewayOutcome> =>
      this.#ask(life, unavailable, () => {
        const key = idempotencyKey(payment, operation);
        return this.#once(key, JSON.stringify(request), () => run(paymentReference(payment)));
      });
    const known = (reference: string): BookedPayment => {
      const payment = this.books.byReference(reference);
      if (payment === undefined) throw new Error(`the gateway has no payment ${reference}`);
      return payment;
    };
    return {
      name: 'simulated',
      authorize: ({ payment, ...request }) =>
        operate(payment, { kind: 'authorize' }, request, (reference) =>
          this.#authorize({ reference, ...request }),
        ),
      capture: ({ payment, amount }) =>
        operate(payment, { kind: 'capture' }, { amount }, (reference) =>
          this.books.capture(known(reference), amount),
        ),
      void: ({ payment, amount }) =>
        operate(payment, { kind: 'void' }, { amount }, (reference) => this.books.void(reference, amount)),
      refund: ({ payment, refundId, amount }) =>
        operate(payment, { kind: 'refund', refundId }, { amount }, (reference) =>
          this.books.refund(known(reference), refundId, amount),
        ),
      lookUp: ({ payment }) =>
        this.#ask<LookedUp>(life, unavailable, () => {
          const booked = this.books.byReference(paymentReference(payment));
          return booked === undefined ? { kind: 'unknown' } : { kind: 'found', report: reportOf(booked) };
        }),
      list: () => Promise.resolve({ kind: 'page', payments: this.books.all().map(listed), next: null }),
      readWebhook: (body) => ({
        kind: 'notice',
        notice: JSON.parse(Buffer.from(body).toString()) as WebhookNotice,
      }),
    };
  }

  carrier(life: Life): Carrier {
    const noLabel = (reason: string) => ({ kind: 'unavailable', reason }) as const;
    return {
      name: 'simulated',
      makeLabel: ({ orderId }) =>
        this.#ask<LabelOutcome>(life, noLabel, () => {
          if (this.#voided.has(orderId)) return { kind: 'voided' };
          return { kind: 'made', trackingNumber: `T-${orderId}` };
        }),
      voidLabel: (orderId) =>
        this.#ask<VoidOutcome>(life, noLabel, () => {
          this.#voided.add(orderId);
          return { kind: 'voided' };
        }),
      readScan: () => ({ kind: 'irrelevant' }),
    };
  }

  /** A request to the outside world and its response; `run` is its effect there. */
  #ask<T>(life: Life, failed: (reason: string) => T, run: () => T | null): Promise<T> {
    const { world, faults } = this;
    const { scheduler } = life.environment;
    return new Promise((resolve) => {
      scheduler.after(timeoutMs, () => resolve(failed('no response in time')));
      const arrive = (): void => {
        const outcome = this.#isDown ? failed('the gateway returned 503') : run();
        // The first response counts; one that is lost, or too late, leaves the outcome unknown.
        if (outcome === null || world.chance(faults.lostResponses)) return;
        scheduler.after(this.#delayMs(), () => resolve(outcome));
      };
      if (!world.chance(faults.lostRequests)) world.after(this.#delayMs(), arrive);
      if (world.chance(faults.repeats / 4)) world.after(this.#delayMs(), arrive);
    });
  }

  #delayMs(): number {
    const { world, faults } = this;
    return world.chance(0.9) ? world.below(200) : world.below(faults.slowestMs);
  }

  /** The same key again has the same outcome, and is refused with another request. */
  #once(key: string, request: string, run: () => Booked | null): GatewayOutcome | null {
    const known = this.#responses.get(key);
    if (known !== undefined && this.planted !== 'a gateway that forgets the keys of operations') {
      if (known.request !== request)
        throw new Error(`one key for two requests: ${key} for ${known.request} and ${request}`);
      return known.outcome;
    }
    const booked = run();
    if (booked === null) return null;
    const report = reportOf(booked.payment);
    const outcome: GatewayOutcome =
      booked.refused !== null
        ? { kind: 'declined', code: booked.refused, report }
        : report.status === 'pending'
          ? { kind: 'pending', report }
          : { kind: 'approved', report };
    this.#responses.set(key, { request, outcome });
    return outcome;
  }

  #authorize(request: Parameters<Books['authorize']>[0]): Booked | null {
    const booked = this.books.authorize(request);
    if (booked?.payment.status === 'pending' && booked.payment.isOnPage) this.#atPage(booked.payment);
    return booked;
  }

  /** The customer pays, is declined or walks away after a while, and comes back to the shop. */
  #atPage(payment: BookedPayment): void {
    const { world } = this;
    world.after(world.below(90_000), () => {
      const choice = world.below(10);
      if (choice < 7) this.books.pay(payment);
      else if (choice < 9) this.books.decline(payment);
      const id = paymentOfReference(payment.reference);
      if (id !== null && world.chance(0.7))
        world.after(this.#delayMs(), () => this.doors?.comeBack(id, `back-${payment.id}`));
    });
  }

  /** Sends a webhook until the shop has it. */
  #tell({ id: transactionId, reference }: BookedPayment, type: string): void {
    const { world } = this;
    const notice = {
      ...{ id: `wh-${world.ids.next()}`, type, transactionId },
      payment: paymentOfReference(reference),
    };
    const body = Buffer.from(JSON.stringify(notice));
    let isTaken = false;
    const send = (): void => {
      const { doors } = this;
      if (doors !== null && !doors.life.isOver())
        void doors.webhooks(body, {}).then(({ outcome }) => {
          isTaken ||= outcome === 'received' || outcome === 'repeated';
        });
    };
    const again = (): void => {
      send();
      world.after(webhookRetryMs, () => {
        if (!isTaken) again();
      });
    };
    world.after(this.#delayMs(), again);
    for (let copy = 0; copy < 2 && world.chance(this.faults.repeats); copy += 1)
      world.after(this.#delayMs(), send);
  }

  #breakDown(): void {
    this.#isDown = true;
    this.world.after(this.world.below(5 * 60_000), () => {
      this.#isDown = false;
    });
  }
}

function reportOf(payment: BookedPayment): GatewayReport {
  const { status, amount, id: transactionId, isOnPage, expiresAt } = payment;
  const told = { transactionId, amount };
  switch (status) {
    case 'pending':
      return { ...told, status, redirectUrl: isOnPage ? `https://gateway/pay/${transactionId}` : null };
    case 'authorized':
      return { ...told, status, expiresAt };
    case 'declined':
      return { ...told, status, code: payment.declineCode ?? 'card_declined' };
    case 'captured': {
      const refunds = payment.refunds.map(({ id, refundId, amount: back }) => ({
        ...{ refundId, transactionId: id, amount: back },
      }));
      return { ...told, status, captured: payment.captured, refunds };
    }
    case 'voided':
    case 'expired':
      return { ...told, status };
    default:
      return assertNever(status);
  }
}

export const refundedOf = ({ captured, refunds }: BookedPayment) =>
  money.sum(
    refunds.map(({ amount }) => amount),
    captured.currency,
  );

const listed = (payment: BookedPayment) => ({
  payment: paymentOfReference(payment.reference),
  transactionId: payment.id,
  captured: payment.captured,
  refunded: refundedOf(payment),
});
